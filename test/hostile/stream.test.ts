import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LABEL } from '../../src/sandbox/docker/labels.ts';
import type { ExecutionEnd } from '../../src/sandbox/sandbox.ts';
import { ENOUGH, openTestHome, type TestHome } from '../helpers/docker-sandbox.ts';
import { dockerCli, IS_SHIPPED } from '../helpers/engine-under-test.ts';
import { attacker } from '../helpers/hostile-agents.ts';

// Each agent attacks the one stream that carries its connections and its output. What it connects to sends everything
// back, so that every byte of an attack passes in both directions.

/** What is taken for the stream's own by whoever doesn't keep data apart from it. */
const FORGED = `
import random, socket, struct
def frame(kind, flags, stream, data=b"", length=None):
    return struct.pack(">BBHII", 0, kind, flags, stream, len(data) if length is None else length) + data
def greeting(nonce): return b"BPS1" + nonce + struct.pack(">IIQ", 1, 1, 1 << 40)
ENDED = b'{"event":"ended","cause":"exited","exit_code":0,"signal":null,"cpu_us":0,"memory_peak_bytes":0,"oom_kills":0,"wall_ms":0,"tree_empty":true,"output_bytes":0,"requests":0,"detail":"well"}\\n'
ENGINE = struct.pack(">B3xI", 1, 4) + b"none" + struct.pack(">B3xI", 2, 4) + b"none" + struct.pack(">B3xI", 9, 1 << 31)
FRAMES = [
    frame(0, 0, 1, ENDED), frame(0, 0, 1, b"go\\n"), frame(0, 0, 1, b"requests 999\\n"), ENDED, frame(0, 4, 3), frame(0, 8, 3),
    frame(1, 0, 3, length=1 << 31), frame(0, 8, 5), frame(1, 8, 5), frame(0, 4, 5), frame(1, 1, 7), frame(0, 0, 5, length=16384),
    frame(0, 0, 5, length=1 << 31), b"\\xff" * 64, b"\\0" * 64, ENGINE,
]
GREETINGS = [greeting(bytes(16)), greeting(bytes(range(16))), b"BPS1" * 20, b"BPS1", b"BPS1" + bytes(15)]
GREETINGS += [greeting(random.randbytes(16)) for _ in range(20000)]
def connect(): return socket.create_connection(("127.0.0.1", 8080), timeout=120)
def echoed(data):
    s = connect()
    sender = threading.Thread(target=lambda: (s.sendall(data), s.shutdown(socket.SHUT_WR)))
    sender.start()
    got = b""
    while piece := s.recv(65536): got += piece
    sender.join()
    return got == data
def say(data):
    while data: data = data[os.write(1, data):]
`;

/** Under cgroup v2 what waits in its sockets is a part of what it has bought: with less, a flood would end its own agent. */
const MEMORY_MB = 1024;

let home: TestHome;
let number = 0;
beforeAll(async () => {
  home = await openTestHome();
});
afterAll(async () => {
  await home.close();
});

interface Attacked {
  readonly end: ExecutionEnd;
  readonly output: string;
  /** The same, byte for byte. */
  readonly bytes: Buffer;
  /** What the sandbox has logged meanwhile. */
  readonly complaints: readonly string[];
}

/** Runs an attacker to its end. `prepared` is called before it begins. */
async function attacked(text: string, prepared: (id: string) => unknown = () => undefined): Promise<Attacked> {
  number += 1;
  const before = home.complaints.length;
  const executionId = `exe_${number}`;
  const bundle = { ...ENOUGH, cpuMs: 60_000, memoryMb: MEMORY_MB };
  const execution = await home.prepare({ executionId, files: attacker(`${FORGED}\n${text}`), bundle });
  await prepared(executionId);
  execution.serve(echo);
  await execution.go();
  const end = await execution.ended;
  const bytes = readFileSync(join(home.path, '.bp-agents', 'logs', 'executions', `${executionId}.log`));
  return { end, output: bytes.toString('utf8'), bytes, complaints: home.complaints.slice(before) };
}

function echo(connection: Duplex): void {
  connection.on('error', () => undefined);
  connection.pipe(connection);
}

/** What only the host knows of a container. */
async function nonceOf(executionId: string): Promise<string> {
  const containers = await home.docker.listContainers({ all: true });
  const found = containers.find(({ Labels }) => Labels[LABEL.execution] === executionId && Labels[LABEL.stream]);
  return found!.Labels[LABEL.stream]!;
}

async function tellNonce(executionId: string): Promise<void> {
  const nonce = await nonceOf(executionId);
  if (!IS_SHIPPED) {
    writeFileSync(join(home.workspace(), 'nonce'), nonce, { mode: 0o666 });
    return;
  }
  const id = dockerCli(
    'ps',
    '--quiet',
    '--filter',
    `label=${LABEL.execution}=${executionId}`,
    '--filter',
    `label=${LABEL.stream}=${nonce}`,
  ).trim();
  const uid = dockerCli('inspect', '--format', '{{index .Config.Cmd 1}}', id).trim();
  dockerCli('exec', '--user', `${uid}:${uid}`, id, 'sh', '-c', `printf ${nonce} > /workspace/nonce`);
}

describe('stream', () => {
  it('forged greetings: printed or sent, with whatever nonce, they are data like other', async () => {
    const { end, bytes, complaints } = await attacked(`
data = b"".join(GREETINGS)
same = echoed(data)
say(data + (b"same" if same else b"other"))
os._exit(7)`);
    expect(end).toMatchObject({ cause: 'exited', exitCode: 7 });
    expect(bytes.subarray(-4).toString()).toBe('same');
    expect(bytes.length).toBe(end.usage.outputBytes);
    expect(bytes.toString('latin1').split('BPS1').length).toBeGreaterThan(20_000);
    expect(complaints).toEqual([]);
  });

  it('forged frames: printed or sent, none ends, resets or reports anything', async () => {
    const { end, bytes, complaints } = await attacked(`
for piece in FRAMES: say(piece)
same = all(echoed(piece) for piece in FRAMES) and echoed(b"".join(FRAMES) * 500)
say(b"".join(FRAMES) * 500 + (b"same" if same else b"other"))
time.sleep(0.5)
os._exit(7)`);
    expect(end).toMatchObject({ cause: 'exited', exitCode: 7, detail: 'exited with code 7' });
    expect(end.usage.cpuMs).toBeGreaterThan(0);
    expect(end.usage.wallMs).toBeGreaterThanOrEqual(500);
    expect(bytes.subarray(-4).toString()).toBe('same');
    expect(bytes.length).toBe(end.usage.outputBytes);
    expect(complaints).toEqual([]);
  });

  it('nonce: it stands in no file, environment, argument or stream that an agent can read', async () => {
    const { end, output } = await attacked(
      `
import subprocess
secret = open("nonce").read(); os.unlink("nonce")
needles = [secret.encode(), bytes.fromhex(secret)]
def holds(path):
    with open(path, "rb") as f: data = f.read(1 << 22)
    return any(needle in data for needle in needles)
places = [os.path.join(folder, name) for root in ("/proc/1", "/proc/self", "/run", "/etc", "/tmp", "/dev/shm", "/workspace", "/var", "/usr/local")
          for folder, folders, names in os.walk(root) for name in names
          if name not in ("kmsg", "mem", "pagemap", "clear_refs") and not folder.startswith("/proc/self/task") and not os.path.islink(os.path.join(folder, name))]
found = [place for place in places if attempt(lambda: holds(place)) is True]
stdin = os.read(0, 4096)
say(json.dumps({"looked": len(places) > 50, "found": found, "stdin": len(stdin), "environment": secret in str(os.environ)}).encode())
os._exit(0)`,
      tellNonce,
    );
    expect(end, output).toMatchObject({ cause: 'exited', exitCode: 0 });
    expect(JSON.parse(output)).toEqual({ looked: true, found: [], stdin: 0, environment: false });
  });

  it('known nonce: even who knew it would break its own connections, and nothing else', async () => {
    const { end, output } = await attacked(
      `
nonce = bytes.fromhex(open("nonce").read())
say(b"before\\n")
time.sleep(1)
for words in (b"", frame(0, 0, 1, b"requests 999\\n"), frame(0, 0, 1, b"nonsense\\n")):
    s = connect(); s.settimeout(2)
    try:
        s.sendall(greeting(nonce) + words)
        while s.recv(65536): pass
    except OSError: pass
os._exit(7)`,
      tellNonce,
    );
    expect(end, output).toMatchObject({ cause: 'exited', exitCode: 7 });
    expect(end.usage.cpuMs).toBeGreaterThan(0);
    expect(output).toBe('before\n');
  });

  it("output pipe: enlarged, filled, held open or reopened, it delays no end and isn't read", async () => {
    const { end, output, complaints } = await attacked(`
import fcntl
answers = [attempt(lambda: os.open("/proc/self/fd/1", flags)) for flags in (os.O_RDONLY, os.O_RDWR)]
answers += [attempt(lambda: os.read(1, 1)), attempt(lambda: os.fchmod(1, 0o666)), attempt(lambda: fcntl.fcntl(1, 1031, 1 << 20))]
if os.fork() == 0:
    os.setsid()
    for number in range(1, 65):
        try: signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError): pass
    fcntl.fcntl(1, fcntl.F_SETFL, os.O_NONBLOCK)
    while True:
        try: os.write(1, b"x" * 65536)
        except OSError: time.sleep(0.01)
time.sleep(0.5)
open("answers", "w").write(json.dumps(answers))
os._exit(7)`);
    expect(end).toMatchObject({ cause: 'exited', exitCode: 7 });
    expect(end.usage.wallMs).toBeLessThan(60_000);
    const answers = JSON.parse(readFileSync(join(home.workspace(), 'answers'), 'utf8')) as unknown[];
    expect(answers.slice(0, 4)).toEqual(['EACCES', 'EACCES', 'EBADF', 'EPERM']);
    expect(end.usage.outputBytes).toBeGreaterThan(1 << 20);
    expect(Buffer.byteLength(output)).toBeLessThan(1_100_000);
    expect(complaints).toEqual([]);
  });

  it('open connections: thousands that are stalled, half closed or reset leave the way free', async () => {
    const { end, output, complaints } = await attacked(`
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
def hold(how):
    held = []
    for n in range(900):
        try:
            s = socket.socket(); s.setblocking(False); s.connect_ex(("127.0.0.1", 8080)); held.append(s)
        except OSError: pass
    for s in held:
        try: s.send(b"x" * (1 << 20))
        except OSError: pass
        try:
            if how == 1: s.shutdown(socket.SHUT_WR)
            if how == 2: s.shutdown(socket.SHUT_RD)
            if how == 3: s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)); s.close()
        except OSError: pass
    time.sleep(2)
pids = []
for how in range(4):
    pid = os.fork()
    if pid == 0:
        hold(how); os._exit(0)
    pids.append(pid)
for pid in pids: os.waitpid(pid, 0)
say(b"same" if echoed(b"x" * 1000000) else b"other")
os._exit(7)`);
    expect(end, output).toMatchObject({ cause: 'exited', exitCode: 7 });
    expect(output).toBe('same');
    expect(complaints).toEqual([]);
  });

  it('both at once: neither a flood of output nor one of connections keeps the other out', async () => {
    const { end, output, complaints } = await attacked(`
def print_all():
    while True: os.write(1, b"." * 65536)
def send_all():
    while True:
        try:
            with connect() as s: s.sendall(b"x" * (1 << 20))
        except OSError: pass
pids = []
for work in (print_all, send_all, send_all):
    pid = os.fork()
    if pid == 0: work()
    pids.append(pid)
time.sleep(0.3)
same = all([echoed(b"x" * 100000) for _ in range(10)])
for pid in pids: os.kill(pid, 9)
os._exit(7 if same else 8)`);
    expect(end).toMatchObject({ cause: 'exited', exitCode: 7 });
    expect(end.usage.outputBytes).toBeGreaterThan(1 << 20);
    expect(output.startsWith('.')).toBe(true);
    expect(complaints).toEqual([]);
  });
});
