import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cliHome, type CliHome } from '../../helpers/cli.ts';
import { needsCommand } from '../../helpers/needs.ts';

interface Told {
  readonly name: string;
  readonly path: string;
  readonly installed: boolean;
  readonly unit: string;
}

const PATH = process.env['PATH'] ?? '';
let folder: string;
let home: CliHome;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bp-service-'));
  // The program that the unit names must be there for systemd to find no fault with it.
  const runtimeDirectory = join(folder, 'package', 'runtime');
  mkdirSync(join(folder, 'package', 'dist'), { recursive: true });
  writeFileSync(join(folder, 'package', 'dist', 'main.js'), '');
  const environment = { XDG_CONFIG_HOME: join(folder, 'config'), PATH, DOCKER_HOST: 'unix:///run/a b/%h$x.sock' };
  home = cliHome({ environment, runtimeDirectory });
});
afterEach(() => {
  home.remove();
  rmSync(folder, { recursive: true, force: true });
});

const setting = (unit: string, name: string) =>
  unit
    .split('\n')
    .filter((line) => line.startsWith(`${name}=`))
    .map((line) => line.slice(name.length + 1));

describe('service', () => {
  it('prints a unit with absolute paths that ends a run as long as its configuration lets an end take', async () => {
    const { stdout, stderr, exitCode } = await home.run('service', '--set', 'sandbox.wall_max_seconds=100');
    expect(exitCode).toBe(0);
    expect(stderr).toContain('service --install writes it to');
    const program = join(folder, 'package', 'dist', 'main.js');
    const words = [process.execPath, program, '--home', home.directory, 'run', '--headless'];
    expect(setting(stdout, 'ExecStart')).toEqual([words.map((word) => `"${word}"`).join(' ')]);
    expect(setting(stdout, 'TimeoutStopSec')).toHaveLength(1);
    expect(Number(setting(stdout, 'TimeoutStopSec')[0])).toBeGreaterThan(100 + 60 + 60);
    expect(setting(stdout, 'Environment')).toContain('"DOCKER_HOST=unix:///run/a b/%%h$x.sock"');
    expect(setting(stdout, 'KillSignal')).toEqual(['SIGTERM']);
  });

  it('hands on no path that npm has made for a while, and is refused where npx has brought the program', async () => {
    home.remove();
    const PATH = `${folder}/node_modules/.bin:/x/npm/node_modules/@npmcli/run-script/lib/node-gyp-bin:/usr/local/bin:/usr/bin`;
    home = cliHome({ environment: { HOME: folder, PATH }, runtimeDirectory: join(folder, 'package', 'runtime') });
    expect(setting((await home.run('service')).stdout, 'Environment')).toEqual(['"PATH=/usr/local/bin:/usr/bin"']);
    home.remove();
    const fetched = join(folder, '.npm', '_npx', 'a1b2', 'node_modules', 'bp-agents', 'runtime');
    home = cliHome({ environment: { HOME: folder, PATH }, runtimeDirectory: fetched });
    expect(await home.run('service', '--install')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('install bp-agents with npm i -g first') as string,
    });
  });

  it('writes it where the systemd of this user looks, and replaces nobody else’s', async () => {
    const told = await home.json<Told>('service', '--install', '--name', 'farm');
    expect(told).toMatchObject({ name: 'farm.service', installed: true });
    expect(told.path).toBe(join(folder, 'config', 'systemd', 'user', 'farm.service'));
    expect(readFileSync(told.path, 'utf8')).toBe(told.unit);
    expect((await home.run('service', '--install', '--name', 'farm')).stdout).toContain(
      'systemctl --user enable --now farm.service',
    );
    writeFileSync(told.path, '[Unit]\n');
    expect(await home.run('service', '--install', '--name', 'farm')).toMatchObject({ exitCode: 2 });
    expect(readFileSync(told.path, 'utf8')).toBe('[Unit]\n');
    expect(await home.run('service', '--name', '../x')).toMatchObject({ exitCode: 2 });
  });

  it.each(['a\nb', 'end\\'])('is not made for a home called %j, whose line would not end with it', async (name) => {
    const directory = join(folder, name);
    mkdirSync(directory);
    expect(await home.run('--home', directory, 'service')).toMatchObject({ exitCode: 2, stdout: '' });
  });

  it.for(['plain', `a b$HOME %h 'q" \\back`])(
    'is found right by systemd for a home called %j',
    async (name, context) => {
      needsCommand(context, 'systemd-analyze', 'nobody else knows whether systemd takes a unit');
      const directory = join(folder, name);
      mkdirSync(directory);
      const told = await home.json<Told>('--home', directory, 'service', '--install', '--name', 'tried');
      const verified = spawnSync('systemd-analyze', ['verify', '--user', '--man=no', told.path], {
        encoding: 'utf8',
        env: { PATH, XDG_RUNTIME_DIR: folder, HOME: folder },
      });
      expect({ status: verified.status, stderr: verified.stderr }).toEqual({ status: 0, stderr: '' });
    },
  );
});
