import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { files, NEVER, openTestHome, type TestHome } from '../helpers/docker-sandbox.ts';
import type { ExecutionEnd } from '../../src/sandbox/sandbox.ts';
import { IS_SHIPPED } from '../helpers/engine-under-test.ts';
import { attacker, foundIn } from '../helpers/hostile-agents.ts';
import { programHome } from '../helpers/program.ts';

// An agent leaves something in its workspace; then the host works there again, for its next execution.

const SECRET = 'precious';
const READER = `print(open("env.json").read(), os.path.islink("env.json"), flush=True)`;
let home: TestHome;
let outside: string;
let number = 0;

beforeAll(async () => {
  home = await openTestHome();
  outside = join(home.path, 'outside');
  mkdirSync(outside);
  writeFileSync(join(outside, 'secret'), SECRET, { mode: 0o600 });
});
afterAll(async () => {
  // Its own recursion would take long in what one of these agents left.
  await home.sandbox.sweep(new Set(), NEVER);
  execFileSync('rm', ['-rf', join(home.path, 'workspaces')]);
  await home.close();
});

interface Next {
  readonly output: string;
  /** How the next execution was refused, where it was; else how it ended. */
  readonly end: string;
  readonly workspace: string;
}

/** Runs the attack, then lets the host write a handshake, and these files, into the same workspace and run it again. */
async function attackThenRun(
  text: string,
  texts: Readonly<Record<string, string>> = {},
  ending: Partial<ExecutionEnd> = { cause: 'exited', exitCode: 0 },
): Promise<Next> {
  number += 1;
  const agent = { agentId: `agent${number}`, agentNumber: number };
  const program = `OUTSIDE = ${JSON.stringify(outside)}\n${text}`;
  const first = await home.run({ ...agent, executionId: `exe_${number}1`, files: attacker(program) });
  expect(first.end, first.output).toMatchObject(ending);
  await home.sandbox.discard(`exe_${number}1`);
  const workspace = home.workspace(agent.agentId);
  const next = { ...agent, executionId: `exe_${number}2`, handshake: 'second', wallMs: 5000 };
  const again = 'main.py' in texts ? [] : attacker(READER);
  try {
    const { end, output } = await home.run({ ...next, files: [...again, ...files(texts)] });
    return { output, end: end.cause, workspace };
  } catch (error) {
    return { output: '', end: (error as { code: string }).code, workspace };
  }
}

function expectUntouched(): void {
  expect(readdirSync(outside)).toEqual(['secret']);
  expect(readFileSync(join(outside, 'secret'), 'utf8')).toBe(SECRET);
}

describe('host files', () => {
  it("linked handshake: a symlink named env.json doesn't redirect the handshake", async () => {
    const { output } = await attackThenRun('os.unlink("env.json"); os.symlink(OUTSIDE + "/secret", "env.json")');
    expect(output).toBe('second False\n');
    expectUntouched();
  });

  it("dangling handshake: a symlink to where nothing is yet doesn't make it", async () => {
    const { output } = await attackThenRun('os.unlink("env.json"); os.symlink(OUTSIDE + "/new", "env.json")');
    expect(output).toBe('second False\n');
    expectUntouched();
  });

  it("hard-linked handshake: another name of env.json doesn't change with it", async () => {
    const { output, workspace } = await attackThenRun(
      'open("kept", "w").write("old"); os.unlink("env.json"); os.link("kept", "env.json")',
    );
    expect(output).toBe('second False\n');
    expect(readFileSync(join(workspace, 'kept'), 'utf8')).toBe('old');
  });

  it("piped handshake: a FIFO or a socket named env.json doesn't block the host", async () => {
    const piped = await attackThenRun('os.unlink("env.json"); os.mkfifo("env.json")');
    const bound = 'import socket\nos.unlink("env.json"); socket.socket(socket.AF_UNIX).bind("env.json")';
    expect([piped.output, (await attackThenRun(bound)).output]).toEqual(['second False\n', 'second False\n']);
  });

  it('handshake in the way: a full directory named env.json hurts nobody but its agent', async () => {
    const { end, output } = await attackThenRun('os.unlink("env.json"); os.makedirs("env.json/a/b")');
    expect([`exited second False\n`, 'sandbox_workspace ']).toContain(`${end} ${output}`);
  });

  it("linked file: a symlink in the place of a file that the host writes doesn't redirect it", async () => {
    await attackThenRun('os.symlink(OUTSIDE + "/secret", "notes")', { notes: 'written by the host' });
    await attackThenRun('os.unlink("main.py"); os.symlink(OUTSIDE + "/secret", "main.py")', { 'main.py': READER });
    expectUntouched();
  });

  it("linked folder: a symlink in the place of a folder doesn't lead the host out", async () => {
    await attackThenRun('os.symlink(OUTSIDE, "sub")', { 'sub/new': 'x', 'sub/secret': 'x' });
    await attackThenRun('os.makedirs("a"); os.symlink("../../../outside", "a/b")', { 'a/b/new': 'x' });
    expectUntouched();
  });

  it("pipe in the way: a FIFO in the place of a file or folder doesn't block the host", async () => {
    await attackThenRun('os.mkfifo("notes")', { notes: 'x' });
    await attackThenRun('os.mkfifo("sub")', { 'sub/notes': 'x' });
  });

  it("locked workspace: modes of 000 don't keep the host out, or hurt nobody but their agent", async () => {
    const { end } = await attackThenRun(
      'os.makedirs("d/e"); os.chmod("d", 0); os.chmod("main.py", 0); os.chmod(".", 0)',
    );
    expect(['exited', 'not_runnable', 'sandbox_workspace']).toContain(end);
  });

  it('deep workspace: 5,000 nested directories end neither the measuring nor the next execution', async () => {
    // What is too deep to be carried is its agent's fault.
    const ending = IS_SHIPPED ? { cause: 'disk_quota' as const } : undefined;
    const { output } = await attackThenRun('for _ in range(5000): os.mkdir("d"); os.chdir("d")', {}, ending);
    expect(output).toBe('second False\n');
  });

  it("odd names: line breaks, escapes and bytes that are no text don't stop the host", async () => {
    const { output } = await attackThenRun(
      'for name in (b"a\\nb", b"\\x1b]0;x\\x07", b"\\xff\\xfe", b"-rf", b" ", b"..x", b"x" * 255): open(name, "w").close()',
    );
    expect(output).toBe('second False\n');
  });

  it('setuid on the host: what an agent marks setuid is of no user but its own, and nobody else can come to it', async () => {
    const { workspace } = await attackThenRun('import shutil; shutil.copy("/bin/sh", "sh"); os.chmod("sh", 0o6777)');
    const { uid, gid } = statSync(workspace);
    const copied = lstatSync(join(workspace, 'sh'));
    expect(copied).toMatchObject({ uid, gid });
    // What was carried home is the operator's, and marked no more.
    expect(IS_SHIPPED ? (copied.mode & 0o7000) === 0 : uid !== 0).toBe(true);
    // Without root an agent's user is the operator, so that others on the machine must not be able to run it.
    expect(statSync(join(home.path, 'workspaces')).mode & 0o777).toBe(0o700);
  });

  it('file capabilities: none is given to a file, nor an attribute that overlays trust', async () => {
    number += 1;
    const text = `
found["set"] = [attempt(lambda: os.setxattr("main.py", name, b"\\1\\0\\0\\2" + b"\\xff" * 16)) for name in
    ("security.capability", "trusted.overlay.opaque")]
tell()`;
    const { output } = await home.run({ executionId: `exe_${number}`, agentId: 'capable', files: attacker(text) });
    expect(foundIn(output)['set']).toEqual(Array<string>(2).fill('EPERM'));
  });

  it("staging: the place where the host prepares its writes is not an agent's to see or to stand in for", async () => {
    const { output } = await attackThenRun(`
seen = [path for path in ("../.staging", "/workspaces", "/.staging") if os.path.lexists(path)]
os.symlink(OUTSIDE, ".staging")
assert seen == []`);
    expect(output).toBe('second False\n');
    expectUntouched();
    const volume = join(home.path, '.bp-agents', 'volumes', `agent-agent${number}`, 'mount', 'staging');
    const places = [join(home.path, 'workspaces', '.staging'), volume].filter((place) => existsSync(place));
    expect(places.map((place) => readdirSync(place))).toEqual([[]]);
  });

  it("sweeping: links that an agent left don't lead the host's cleaning out of its home", async () => {
    await attackThenRun('os.symlink(OUTSIDE, "gone"); os.symlink("/", "root")');
    await home.sandbox.sweep(new Set(), NEVER);
    expectUntouched();
  });

  it('workspace as a source: bootstrap --from takes no link, pipe or socket of it along', async () => {
    const { workspace } = await attackThenRun(
      'os.symlink(OUTSIDE + "/secret", "linked"); os.symlink(OUTSIDE, "folder"); os.mkfifo("pipe")',
    );
    const other = programHome(['market.cycle_seconds=1', 'market.supply.cpu_seconds=16']);
    try {
      const made = await other.within('bootstrap', '--id', 'copy', '--from', workspace);
      expect(made).toMatchObject({ status: 0 });
      expect(`${made.stdout}${made.stderr}`).toMatch(/linked/);
      const ended = await other.within('run', '--headless', '--cycles', '1');
      expect(ended).toMatchObject({ status: 0 });
      const names = readdirSync(join(other.directory, 'workspaces', 'agent-copy'));
      expect(names.filter((name) => ['linked', 'folder', 'pipe'].includes(name))).toEqual([]);
      expect(names).toContain('main.py');
    } finally {
      other.close();
    }
  });
});
