import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ExecutionEnd } from '../../src/sandbox/sandbox.ts';
import { ENOUGH, NEVER, openTestHome, python, type Finished, type TestHome } from '../helpers/docker-sandbox.ts';
import { IMAGE } from '../helpers/supervised.ts';

let home: TestHome;
let number = 0;

beforeEach(async () => {
  home = await openTestHome({ workspace_placement: 'shipped', workspace_mb: 4, workspace_files_max: 200 });
});
afterEach(() => home.close());

/** Runs an agent that stays the same one, and lets its execution go as the program does. */
async function run(program: string): Promise<Finished & { readonly executionId: string }> {
  const executionId = `exe_${++number}`;
  const finished = await home.run({ executionId, files: python(program), handshake: '{"token":"bp-secret"}' });
  await home.sandbox.discard(executionId);
  return { ...finished, executionId };
}

function volumes(): readonly string[] {
  const filters = ['--filter', `label=bp-agents.workspace`, '--filter', `name=${label()}`];
  return execFileSync('docker', ['volume', 'ls', '-q', ...filters], { encoding: 'utf8' })
    .split('\n')
    .filter(Boolean);
}

function label(): string {
  return execFileSync('sh', ['-c', 'printf %s "$(realpath "$0")" | sha256sum | cut -c1-16', home.path], {
    encoding: 'utf8',
  }).trim();
}

/** Everything in the engine's copy, as the engine has it. */
function onEngine(command: string): string {
  const mount = `type=volume,src=${volumes()[0]},dst=/workspace,readonly`;
  const options = ['run', '--rm', '--network=none', '--mount', mount, '--entrypoint=/bin/sh', IMAGE];
  return execFileSync('docker', [...options, '-c', command], { encoding: 'utf8' });
}

const LONG = { ...ENOUGH, cpuMs: 60_000, memoryMb: 128 };
/** Makes much to be weighed, and goes for whoever comes to weigh it. */
const HUNTER = `
import ctypes, json, os, time
os.mkdir("d")
for n in range(8000): open(f"d/f{n}", "w").close()
libc = ctypes.CDLL(None, use_errno=True)
met, killed, traced, read = False, [], [], []
end = time.time() + 20
while not met and time.time() < end:
    for pid in (int(name) for name in os.listdir("/proc") if name.isdigit()):
        if pid in (1, os.getpid()): continue
        met = True
        try: os.kill(pid, 9); killed.append(pid)
        except ProcessLookupError: met = False; continue
        except PermissionError: pass
        if libc.ptrace(16, pid, 0, 0) == 0: traced.append(pid)
        for name in ("mem", "environ", "fd", "root", "cwd"):
            try: os.listdir(f"/proc/{pid}/{name}") if name in ("fd", "root", "cwd") else open(f"/proc/{pid}/{name}", "rb").read(1); read.append(name)
            except OSError: pass
print(json.dumps({"met": met, "killed": killed, "traced": traced, "read": read}))
`;

const at = (...names: string[]) => join(home.workspace(), ...names);
const DONE: Partial<ExecutionEnd> = { cause: 'exited', exitCode: 0 };

describe('a workspace that is shipped', () => {
  it('is at home what the agent left after each execution, and on the engine what the host has', async () => {
    const first = await run(`
import os, json
assert json.load(open("env.json"))["token"] == "bp-secret"
os.mkdir("kept"); open("kept/a", "w").write("1"); os.chmod("kept/a", 0o750)
open("gone", "w").write("x"); os.symlink("kept/a", "way"); os.link("kept/a", "twin"); os.mkfifo("pipe")
with open("holed", "wb") as f: f.seek(50_000_000); f.write(b"end")
os.mkdir("locked"); open("locked/in", "w").write("y"); os.chmod("locked", 0)
print(os.getuid(), oct(os.stat(".").st_mode))
`);
    expect([first.end.detail, first.output]).toEqual([expect.anything(), '200001 0o40700\n']);
    expect(first.end).toMatchObject(DONE);
    expect(readdirSync(at()).sort()).toEqual(
      ['env.json', 'gone', 'holed', 'kept', 'locked', 'main.py', 'twin', 'way'].sort(),
    );
    expect([statSync(at('kept', 'a')).mode & 0o7777, lstatSync(at('way')).isSymbolicLink()]).toEqual([0o750, true]);
    expect([statSync(at('holed')).size, statSync(at('holed')).blocks * 512 < 100_000]).toEqual([50_000_003, true]);
    expect(readFileSync(at('locked', 'in'), 'utf8')).toBe('y');

    // The operator changes something meanwhile; so does the agent then.
    writeFileSync(at('kept', 'new'), 'of the operator');
    rmSync(at('twin'));
    const second = await run(`
import os
print(sorted(os.listdir(".")), open("kept/new").read())
os.remove("gone"); s = os.stat("kept/a"); open("kept/a", "r+").write("2"); os.utime("kept/a", ns=(s.st_atime_ns, s.st_mtime_ns))
`);
    const listed = "['env.json', 'gone', 'holed', 'kept', 'locked', 'main.py', 'way']";
    expect(second.output).toBe(`${listed} of the operator\n`);
    expect([existsSync(at('gone')), readFileSync(at('kept', 'a'), 'utf8')]).toEqual([false, '2']);
  });

  it('can be filled whatever the operator has made of its folders, but not with what is larger than a file may be', async () => {
    await run('pass');
    mkdirSync(at('shut'));
    writeFileSync(at('shut', 'in'), 'there');
    chmodSync(at('shut'), 0o500);
    expect((await run('print(open("shut/in").read())')).output).toBe('there\n');
    truncateSync(at('shut', 'in'), 300_000_000);
    appendFileSync(at('shut', 'in'), 'end');
    await expect(run('pass')).rejects.toMatchObject({ code: 'sandbox_workspace' });
  });

  it('leaves neither token nor handshake on the engine', async () => {
    await run('open("x", "w")');
    expect(onEngine('find /workspace -printf "%y %u %P\\n" | sort')).toBe('d 200001 \nf 200001 main.py\nf 200001 x\n');
  });

  it("has its handshake whatever an agent has put in that one's place", async () => {
    await run('import os\nos.unlink("env.json"); os.makedirs("env.json/a/b"); open("env.json/a/f", "w")');
    const { end, output } = await run('import os\nprint(os.path.isfile("env.json"))');
    expect({ end, output }).toMatchObject({ end: DONE, output: 'True\n' });
  });

  it('is filled again where its volume is gone or is another', async () => {
    await run('open("x", "w").write("mine")');
    execFileSync('docker', ['volume', 'rm', ...volumes()]);
    expect((await run('print(open("x").read())')).output).toBe('mine\n');
    execFileSync('docker', ['volume', 'rm', ...volumes()]);
    expect((await run('print(open("x").read())')).output).toBe('mine\n');
  });

  it.each([
    ['more bytes than it may hold', 'open("x", "wb").write(b"x" * 6_000_000)'],
    ['more files than it may hold', 'for n in range(300): open(f"f{n}", "w")'],
    ['folders nested too deeply', 'import os\nfor n in range(80): os.mkdir("d"); os.chdir("d")'],
  ])('stays as it was where it holds %s', async (_, program) => {
    await run('open("before", "w").write("1")');
    const { end } = await run(`open("before", "w").write("2")\n${program}\n`);
    expect(end).toMatchObject({ cause: 'disk_quota', detail: expect.stringMatching(/as it was before/) as unknown });
    expect(readFileSync(at('before'), 'utf8')).toBe('1');
    expect((await run('import os; print(open("before").read(), len(os.listdir(".")))')).output).toBe('1 3\n');
  });

  it('ends an agent that writes more than it may while it runs', async () => {
    const { end } = await run(`
import time
open("x", "wb").write(b"x" * 6_000_000)
time.sleep(60)
`);
    expect(end.cause).toBe('disk_quota');
  });

  it('comes home from an execution whose supervisor was killed', async () => {
    const executionId = `exe_${++number}`;
    const files = python('import time\nopen("x", "w").write("left")\nprint("now", flush=True)\ntime.sleep(60)');
    const execution = await home.prepare({ executionId, files });
    await execution.go();
    while (!home.output(executionId).includes('now')) await new Promise((resolve) => setTimeout(resolve, 20));
    const [found] = await home.docker.listContainers({ filters: { label: [`bp-agents.execution=${executionId}`] } });
    await home.docker.getContainer(found!.Id).kill({ signal: 'SIGKILL' });
    expect((await execution.ended).cause).toBe('lost');
    expect(readFileSync(at('x'), 'utf8')).toBe('left');
  });

  it('is carried by whom no agent has a hold on', async () => {
    const many = await openTestHome({ workspace_placement: 'shipped', workspace_files_max: 20_000 });
    try {
      const { output } = await many.run({ executionId: 'exe_1', files: python(HUNTER), bundle: LONG });
      expect(JSON.parse(output)).toEqual({ met: true, killed: [], traced: [], read: [] });
    } finally {
      await many.close();
    }
  });

  it('is swept: what nobody has any more, and what belongs to no agent', async () => {
    await run('pass');
    expect(volumes()).toHaveLength(1);
    await home.reopen().sweep(new Set(), NEVER);
    expect(volumes()).toHaveLength(1);
    const unbegun = await home.prepare({ executionId: 'exe_900', agentId: 'b', agentNumber: 2, files: python('pass') });
    expect(unbegun).toBeDefined();
    await home.reopen().sweep(new Set(), NEVER);
    expect(volumes()).toHaveLength(1);
    rmSync(at(), { recursive: true });
    await home.reopen().sweep(new Set(), NEVER);
    expect(volumes()).toHaveLength(0);
  });
});
