import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// What `npm i -g bp-agents` gives: the package as it is packed, with the packages that it names, and none of a clone's.

const ROOT = join(import.meta.dirname, '..', '..');
/** Compiled in the clone: it takes more than a minute, and is no other in a package. */
const ADDON = join('node_modules', 'better-sqlite3', 'build');
const QUIET = ['--no-fund', '--no-audit', '--loglevel=error'];

let folder: string;
let home: string;
let installed: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bp-packed-'));
  home = join(folder, 'home');
  mkdirSync(home);
  // `npm test` has built it.
  npm('pack', '--ignore-scripts', '--pack-destination', folder, ...QUIET);
  const tarball = join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? 'none');
  const prefix = join(folder, 'prefix');
  npm('install', '--global', '--prefix', prefix, '--ignore-scripts', '--prefer-offline', ...QUIET, tarball);
  installed = join(prefix, 'lib', 'node_modules', 'bp-agents');
  cpSync(join(ROOT, ADDON), join(installed, ADDON), { recursive: true });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function npm(...args: readonly string[]): void {
  execFileSync('npm', [...args], { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
}

function bpAgents(...args: readonly string[]) {
  const command = join(folder, 'prefix', 'bin', 'bp-agents');
  const environment = { PATH: process.env['PATH'], HOME: folder };
  return spawnSync(command, args, { cwd: home, encoding: 'utf8', env: environment });
}

describe('the program from a packed tarball', () => {
  it('tells its version, and makes an economy in its own home', () => {
    expect(bpAgents('--version')).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as string,
    });
    expect(bpAgents('init')).toMatchObject({ status: 0, stderr: '' });
    expect(existsSync(join(home, 'bp-agents.yaml'))).toBe(true);
    expect(bpAgents('status')).toMatchObject({ status: 0, stderr: '' });
  });

  it('has its templates, Genesis, and what the agent image is built from', () => {
    expect(bpAgents('agent', 'templates')).toMatchObject({
      status: 0,
      stderr: '',
      stdout: expect.stringContaining('claude-code') as string,
    });
    expect(bpAgents('bootstrap')).toMatchObject({ status: 0, stderr: '' });
    for (const path of ['Dockerfile', 'seccomp.json', 'sdk/bp.py', 'supervisor/main.c', 'bp/main.c'])
      expect(statSync(join(installed, 'runtime', path)).size).toBeGreaterThan(0);
    expect(statSync(join(installed, 'dist', 'web', 'page', 'index.html')).size).toBeGreaterThan(0);
  });

  it('looks at everything with doctor, whatever it finds', () => {
    const findings = JSON.parse(bpAgents('doctor', '--json').stdout) as { findings?: unknown } & readonly unknown[];
    expect(JSON.stringify(findings)).toContain('engine');
  });

  it('runs an economy of its own, with every package that it needs', () => {
    expect(bpAgents('simulate', '--seed', 'packed', '--cycles', '50')).toMatchObject({ status: 0, stderr: '' });
    expect(bpAgents('audit')).toMatchObject({ status: 0 });
    expect(bpAgents('service')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining(join(installed, 'dist', 'main.js')) as string,
    });
  });

  it('has nothing that only a clone needs', () => {
    for (const path of ['test', 'src', 'runtime/setup', 'node_modules/vitest', 'node_modules/typescript'])
      expect(existsSync(join(installed, path)), path).toBe(false);
  });
});
