import { createServer, type Server } from 'node:net';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engineFacts } from '../../src/sandbox/docker/client/engine-facts.ts';
import { ENOUGH, openTestHome, python, type TestHome } from '../helpers/docker-sandbox.ts';

let home: TestHome;
let isPodman: boolean;
let number = 0;

beforeAll(async () => {
  home = await openTestHome({ pids_max: 40, open_files_max: 64, file_bytes_max: 1_000_000, tmp_mb: 2, tmp_inodes: 50 });
  isPodman = engineFacts(await home.docker.info()).isPodman;
});
afterAll(async () => {
  await home.close();
});

/** What a Python agent prints as JSON, after `attempt(work)` has been defined: the work's value or its error's name. */
async function findOut(text: string): Promise<unknown> {
  number += 1;
  const program = `
import ctypes, errno, ipaddress, json, os, resource, socket, sys, time
def attempt(work):
    try:
        return work()
    except OSError as error:
        return errno.errorcode.get(error.errno, "error")
${text}
`;
  const { end, output } = await home.run({ executionId: `exe_${number}`, files: python(program) });
  expect(end, output).toMatchObject({ cause: 'exited', exitCode: 0 });
  return JSON.parse(output);
}

describe('from inside a container', () => {
  it('there is no network but the loopback interface: no names but its own, no host, no port of it', async () => {
    const server = createServer().listen(0, '0.0.0.0');
    await once(server, 'listening');
    const port = (server.address() as { port: number }).port;
    const hosts = Object.values(networkInterfaces()).flatMap((found) => (found ?? []).map(({ address }) => address));
    const addresses = [...hosts, '172.17.0.1', '8.8.8.8'].filter((address) => address.includes('.'));
    const found = await findOut(`
def is_loopback(name):
    return all(ipaddress.ip_address(found[4][0]).is_loopback for found in socket.getaddrinfo(name, 80))
def connect(address):
    s = socket.socket(); s.settimeout(2)
    return s.connect((address, ${port})) or "connected"
print(json.dumps({
  "interfaces": [name for _, name in socket.if_nameindex()],
  "names": attempt(lambda: str(socket.getaddrinfo("example.org", 80))),
  "own": all(is_loopback(name) for name in ("localhost", socket.gethostname())),
  "reached": [a for a in ${JSON.stringify(addresses)} if attempt(lambda: connect(a)) == "connected"],
}))`);
    server.close();
    expect(found).toEqual({ interfaces: ['lo'], names: 'error', own: true, reached: [] });
  });

  it('TCP sockets buffer no more than their limit, or the check warns that nothing can limit them', async () => {
    const found = (await findOut(`
held = 0
pairs = []
def fill():
    global held
    for _ in range(25):
        server = socket.create_server(("127.0.0.1", 0)); client = socket.create_connection(server.getsockname())
        peer, _ = server.accept(); client.setblocking(False); pairs.extend([server, client, peer])
        while True:
            held += client.send(b"x" * 65536)
def flood():
    for _ in range(25):
        try:
            fill()
        except OSError:
            pass
flood()
print(json.dumps({"held": held}))`)) as { held: number };
    const warnings = await home.sandbox.check(AbortSignal.timeout(60_000));
    const isUnlimited = warnings.some((warning) => warning.includes('TCP sockets'));
    expect(isUnlimited).toBe(found.held > 20_000_000);
  });

  it('the agent is an unprivileged user without capabilities, and can not become another', async () => {
    const found = (await findOut(`
status = dict(line.split(":\\t", 1) for line in open("/proc/self/status").read().splitlines() if ":\\t" in line)
print(json.dumps({
  "ids": [os.getuid(), os.geteuid(), os.getgid(), os.getegid()], "groups": os.getgroups(),
  "caps": [status[k] for k in ("CapInh", "CapPrm", "CapEff", "CapAmb")],
  "noNewPrivs": status["NoNewPrivs"], "seccomp": status["Seccomp"],
  "setuid": attempt(lambda: os.setuid(0)), "kill": attempt(lambda: os.kill(1, 9)),
}))`)) as { ids: number[] };
    for (const id of found.ids) expect(id).not.toBe(0);
    expect(found).toMatchObject({
      groups: [],
      caps: Array<string>(4).fill('0000000000000000'),
      noNewPrivs: '1',
      seccomp: '2',
      setuid: 'EPERM',
      kill: 'EPERM',
    });
  });

  it('nothing can be written but the workspace and a small /tmp', async () => {
    const found = await findOut(`
def write(path):
    open(path, "w").close(); return "written"
print(json.dumps({p: attempt(lambda: write(p + "/probe")) for p in
  ["/", "/etc", "/usr/bin", "/run", "/run/bp", "/run/bp-report", "/var", "/dev", "/proc/sys/kernel", "/workspace", "/tmp"]}))`);
    expect(found).toEqual({
      ...{ '/': 'EROFS', '/etc': 'EROFS', '/usr/bin': 'EROFS', '/var': 'EROFS' },
      // Podman mounts a tmpfs of root's there, also over a read-only root.
      '/run': isPodman ? 'EACCES' : 'EROFS',
      '/run/bp': expect.stringMatching(/EROFS|EACCES/) as string,
      '/run/bp-report': expect.stringMatching(/EROFS|EACCES/) as string,
      '/dev': 'EACCES',
      '/proc/sys/kernel': expect.stringMatching(/EROFS|EACCES|ENOENT/) as string,
      '/workspace': 'written',
      '/tmp': 'written',
    });
  });

  it('the host, other agents and the supervisor are out of sight', async () => {
    const other = join(home.path, 'workspaces', 'agent-other');
    mkdirSync(other, { recursive: true });
    writeFileSync(join(other, 'secret'), 'of another agent');
    chmodSync(other, 0o755);
    const found = await findOut(`
names = sorted(os.listdir("/workspace"))
above = sorted(os.listdir("/workspace/.."))
mounts = [line.split()[4] for line in open("/proc/self/mountinfo")]
print(json.dumps({
  "names": names, "above": "secret" in above or "agent-other" in above,
  "other": attempt(lambda: open(${JSON.stringify(join(other, 'secret'))}).read()),
  "docker": os.path.exists("/var/run/docker.sock"),
  "report": attempt(lambda: os.listdir("/run/bp-report")),
  "environ": attempt(lambda: open("/proc/1/environ").read()),
  "memory": attempt(lambda: open("/proc/1/mem").read(1)),
  "processes": sorted(int(p) for p in os.listdir("/proc") if p.isdigit())[0],
  "disks": [d for d in os.listdir("/dev") if d.startswith(("sd", "vd", "nvme", "mem", "kmsg"))],
}))`);
    expect(found).toEqual({
      names: ['env.json', 'main.py', 'probe'],
      above: false,
      other: 'ENOENT',
      docker: false,
      report: 'EACCES',
      environ: 'EACCES',
      memory: 'EACCES',
      processes: 1,
      disks: [],
    });
  });

  it('nobody but the supervisor can say how it ended', async () => {
    const program = `
import json, os
forged = json.dumps({"event": "ended", "cause": "exited", "exit_code": 0, "signal": None, "cpu_us": 1,
  "memory_peak_bytes": 1, "wall_ms": 1, "tree_empty": True, "detail": "all is well"}) + "\\n"
for fd in range(256):
    try: os.write(fd, forged.encode())
    except OSError: pass
for path in ["/proc/1/fd/2", "/proc/1/fd/0", "/dev/stderr", "/run/bp-report/report.json"]:
    try: open(path, "w").write(forged)
    except OSError: pass
os._exit(5)
`;
    const { end, output } = await home.run({ executionId: 'exe_800', files: python(program) });
    expect(end).toMatchObject({ cause: 'exited', exitCode: 5, detail: expect.not.stringContaining('well') as string });
    expect(output).toContain('all is well');
  });

  it('dangerous system calls are refused', async () => {
    const found = await findOut(`
libc = ctypes.CDLL(None, use_errno=True)
def call(number, *arguments):
    result = libc.syscall(number, *arguments)
    return "allowed" if result >= 0 else errno.errorcode[ctypes.get_errno()]
x86 = os.uname().machine == "x86_64"
print(json.dumps({
  "vsock": attempt(lambda: socket.socket(40, socket.SOCK_STREAM) and "allowed"),
  "io_uring_setup": call(425, 1, 0), "unshare": call(272 if x86 else 97, 0x10000000),
  "bpf": call(321 if x86 else 280, 0, 0, 0),
  "keyctl": call(250 if x86 else 219, 0, 0, 0), "userfaultfd": call(323 if x86 else 282, 0),
  "perf_event_open": call(298 if x86 else 241, 0, 0, 0, 0, 0),
  "mount": call(165 if x86 else 40, 0, 0, 0, 0, 0), "ptrace": call(101 if x86 else 117, 16, 1, 0, 0),
}))`);
    for (const [name, answer] of Object.entries(found as Record<string, string>))
      expect([name, answer]).toEqual([name, expect.stringMatching(/^E(PERM|NOSYS|AFNOSUPPORT|ACCES)$/)]);
  });

  it('processes, open files, the size of a file and of /tmp are limited', async () => {
    const found = (await findOut(`
children = 0
try:
    while children < 500:
        pid = os.fork()
        if pid == 0: time.sleep(60)
        children += 1
except OSError as error: processes = errno.errorcode[error.errno]
else: processes = "unlimited"
opened = []
files = attempt(lambda: [opened.append(os.open("/dev/null", os.O_RDONLY)) for _ in range(5000)] and "unlimited")
for fd in opened: os.close(fd)
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
def grow():
    f = os.open("/workspace/large", os.O_WRONLY | os.O_CREAT)
    for _ in range(100): os.write(f, b"x" * 100_000)
    return "unlimited"
large = attempt(grow)
def fill():
    for i in range(5):
        f = os.open("/tmp/fill%d" % i, os.O_WRONLY | os.O_CREAT)
        for _ in range(9): os.write(f, b"x" * 100_000)
    return "unlimited"
size = attempt(fill)
os.truncate("/tmp/fill0", 0)
inodes = attempt(lambda: [os.mknod("/tmp/%d" % i) for i in range(500)] and "unlimited")
print(json.dumps({"children": children, "processes": processes, "opened": len(opened), "files": files,
  "large": large, "core": resource.getrlimit(resource.RLIMIT_CORE), "size": size, "inodes": inodes}))
sys.stdout.flush()
os._exit(0)`)) as { children: number; opened: number };
    expect(found).toMatchObject({
      processes: 'EAGAIN',
      files: 'EMFILE',
      large: 'EFBIG',
      core: [0, 0],
      size: 'ENOSPC',
      // Podman refuses a tmpfs with `nr_inodes`: there only the memory that was bought bounds them.
      inodes: isPodman ? 'unlimited' : 'ENOSPC',
    });
    expect(found.children).toBeLessThan(40);
    expect(found.opened).toBeLessThan(64);
  });
});

describe("the service's socket", () => {
  it('is reached as http://127.0.0.1:8080, and only by its own execution', async () => {
    const servers: Server[] = [];
    const open = async (executionId: string, word: string) => {
      const path = join(await home.sandbox.socketDirectory(executionId), 'service.sock');
      const server = createServer((socket) => {
        socket.on('error', () => undefined);
        socket.once('data', () => socket.end(`HTTP/1.0 200 OK\r\n\r\n${word}`));
      });
      server.listen(path);
      await once(server, 'listening');
      chmodSync(path, 0o666);
      servers.push(server);
    };
    const program = `
import http.client, os, socket
c = http.client.HTTPConnection("127.0.0.1", 8080, timeout=5)
c.request("GET", "/")
print(c.getresponse().read().decode(), os.environ["BP_SERVICE_URL"])
try: os.unlink("/run/bp/service.sock")
except OSError as error: print(error.errno)
`;
    await open('exe_901', 'one');
    await open('exe_902', 'two');
    const runs = await Promise.all(
      ['exe_901', 'exe_902'].map((executionId) =>
        home.run({ executionId, agentId: executionId.replace('_', '-'), bundle: ENOUGH, files: python(program) }),
      ),
    );
    for (const server of servers) server.close();
    expect(runs.map(({ output }) => output)).toEqual([
      'one http://127.0.0.1:8080\n30\n',
      'two http://127.0.0.1:8080\n30\n',
    ]);
  });
});
