import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { cliHome, type CliHome } from '../../helpers/cli.ts';
import { INSTANT_RUN } from '../../helpers/spawned-run.ts';

const BEFORE = { 'main.py': '1', 'gone.py': '1', 'same.py': '1' };
const AFTER = { 'main.py': '2', 'new.py': '2', 'same.py': '1' };
/** Calls with which a workspace or the database's waiting set is changed; more of them than an update makes. */
const POINTS = 12;

/** Kills its process before the call of that number that changes a name on the disk. */
const bomb = (point: number) =>
  `data:text/javascript,import fs from 'node:fs';import { syncBuiltinESMExports } from 'node:module';
let calls = 0;
for (const name of ['open', 'rename', 'unlink', 'mkdir']) {
  const real = fs.promises[name];
  fs.promises[name] = (...args) => {
    if (String(args[0]).includes('workspaces') || String(args[0]).includes('/proc/self/fd'))
      if (!(name === 'open' && typeof args[1] === 'number' && (args[1] & 64) === 0) && ++calls === ${point})
        process.kill(process.pid, 'SIGKILL');
    return real(...args);
  };
}
syncBuiltinESMExports();`;

let home: CliHome;
beforeEach(() => {
  home = cliHome();
});
afterEach(() => home.remove());

const workspace = (path: string) => join(home.directory, 'workspaces', 'agent-a', path);

function author(files: Readonly<Record<string, string>>): void {
  rmSync(join(home.directory, 'mine'), { recursive: true, force: true });
  mkdirSync(join(home.directory, 'mine'));
  for (const [path, content] of Object.entries(files)) writeFileSync(join(home.directory, 'mine', path), content);
}

function contents(): Readonly<Record<string, string>> {
  return Object.fromEntries(readdirSync(workspace('')).map((name) => [name, readFileSync(workspace(name), 'utf8')]));
}

it('an update that is killed at any step is laid whole by the next one, and nobody else’s file is lost', async () => {
  let killed = 0;
  for (let point = 1; point <= POINTS; point++) {
    rmSync(join(home.directory, 'workspaces'), { recursive: true, force: true });
    rmSync(join(home.directory, '.bp-agents'), { recursive: true, force: true });
    author(BEFORE);
    await home.run('bootstrap', '--id', 'a', '--from', 'mine');
    await home.run('agent', 'update', 'a', '--from', 'mine');
    writeFileSync(workspace('memory'), 'its own');
    author(AFTER);
    const words = ['--import', bomb(point), INSTANT_RUN, 'agent', 'update', 'a', '--from', 'mine'];
    const { signal, stderr } = spawnSync(process.execPath, words, { cwd: home.directory, encoding: 'utf8' });
    if (signal === 'SIGKILL') killed += 1;
    else expect(stderr).toBe('');
    const between = contents();
    for (const [name, text] of Object.entries(between)) expect(['1', '2', 'its own'], name).toContain(text);
    if (signal === 'SIGKILL') {
      const shown = await home.json<{ waiting_files: { paths: string[] } | null }>('agent', 'a');
      expect(shown.waiting_files?.paths).toEqual(Object.keys(AFTER).sort());
    }
    // Another set than the one that was cut off: what of that stands there already is the author's all the same.
    author({ ...AFTER, 'main.py': '3' });
    expect(await home.json('agent', 'update', 'a', '--from', 'mine')).toMatchObject({ laid: true, kept: [] });
    expect(contents()).toEqual({ ...AFTER, 'main.py': '3', memory: 'its own' });
  }
  expect(killed).toBeGreaterThan(4);
  expect(killed).toBeLessThan(POINTS);
});
