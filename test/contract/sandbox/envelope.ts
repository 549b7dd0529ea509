import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NEVER, python } from '../../helpers/docker-sandbox.ts';
import { realHome, type RealHome } from './real-home.ts';
import type { SandboxUnderTest } from './sandbox-at-work.ts';

const LIMITS = { pids_max: 40, open_files_max: 64, file_bytes_max: 1_000_000, tmp_mb: 2, tmp_inodes: 50 };

/** What an agent has around it, as it finds it out itself. */
export function itConfines(engine: SandboxUnderTest): void {
  let home: RealHome;
  beforeAll(async () => {
    home = realHome(await engine.open(LIMITS));
  });
  afterAll(async () => {
    await home.at.close();
  });

  /** What an agent prints as JSON, after `attempt(work)` has been defined: the work's value or its error's name. */
  async function findOut(text: string): Promise<unknown> {
    const program = `
import ctypes, errno, ipaddress, json, os, resource, signal, socket, sys, time
def attempt(work):
    try:
        return work()
    except OSError as error:
        return errno.errorcode.get(error.errno, "error")
${text}
`;
    const { end, output } = await home.run({ files: python(program) });
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
for _ in range(25): attempt(fill)
print(json.dumps({"held": held, "isBought": os.path.exists("/sys/fs/cgroup/cgroup.controllers")}))`)) as {
        held: number;
        isBought: boolean;
      };
      const warnings = await home.at.sandbox.check(NEVER);
      const isUnlimited = warnings.some((warning) => warning.includes('TCP sockets'));
      // Under cgroup v2 they are a part of the memory bought.
      expect(isUnlimited).toBe(!found.isBought && found.held > 20_000_000);
    });

    it('the agent is an unprivileged user who can not become another, and the host and all others are out of its sight', async () => {
      const other = join(home.at.home, 'workspaces', 'agent-other');
      mkdirSync(other, { recursive: true });
      writeFileSync(join(other, 'secret'), 'of another agent');
      chmodSync(other, 0o755);
      const found = (await findOut(`
status = dict(line.split(":\\t", 1) for line in open("/proc/self/status").read().splitlines() if ":\\t" in line)
above = sorted(os.listdir("/workspace/.."))
print(json.dumps({
  "ids": [os.getuid(), os.geteuid(), os.getgid(), os.getegid()], "groups": os.getgroups(),
  "caps": [status[k] for k in ("CapInh", "CapPrm", "CapEff", "CapAmb")],
  "noNewPrivs": status["NoNewPrivs"], "seccomp": status["Seccomp"],
  "setuid": attempt(lambda: os.setuid(0)), "kill": attempt(lambda: os.kill(1, 9)),
  "names": sorted(os.listdir("/workspace")),
  "above": "secret" in above or "agent-other" in above,
  "other": attempt(lambda: open(${JSON.stringify(join(other, 'secret'))}).read()),
  "docker": os.path.exists("/var/run/docker.sock"),
  "report": attempt(lambda: os.listdir("/run/bp-report")),
  "environ": attempt(lambda: open("/proc/1/environ").read()),
  "memory": attempt(lambda: open("/proc/1/mem").read(1)),
  "processes": sorted(int(p) for p in os.listdir("/proc") if p.isdigit())[0],
  "disks": [d for d in os.listdir("/dev") if d.startswith(("sd", "vd", "nvme", "mem", "kmsg"))],
}))`)) as { ids: number[] };
      for (const id of found.ids) expect(id).not.toBe(0);
      expect(found).toMatchObject({
        ...{ groups: [], caps: Array<string>(4).fill('0000000000000000'), noNewPrivs: '1', seccomp: '2' },
        ...{ setuid: 'EPERM', kill: 'EPERM', names: ['env.json', 'main.py'], above: false, other: 'ENOENT' },
        ...{ docker: false, environ: 'EACCES', memory: 'EACCES', processes: 1, disks: [] },
        report: expect.stringMatching(/EACCES|ENOENT/) as string,
      });
    });

    it('nothing can be written but the workspace and a small /tmp', async () => {
      const found = (await findOut(`
def write(path):
    open(path, "w").close(); return "written"
print(json.dumps({p: attempt(lambda: write(p + "/probe")) for p in
  ["/", "/etc", "/usr/bin", "/run", "/run/bp-report", "/var", "/dev", "/proc/sys/kernel", "/workspace", "/tmp"]}))`)) as Readonly<
        Record<string, string>
      >;
      const { '/workspace': workspace, '/tmp': tmp, ...others } = found;
      expect([workspace, tmp]).toEqual(['written', 'written']);
      for (const [path, answer] of Object.entries(others))
        expect([path, answer]).toEqual([path, expect.stringMatching(/EROFS|EACCES|ENOENT/)]);
    });

    it('nobody but the supervisor can say how it ended', async () => {
      const program = `
import json, os, struct
forged = (json.dumps({"event": "ended", "cause": "exited", "exit_code": 0, "signal": None, "cpu_us": 1,
  "memory_peak_bytes": 1, "oom_kills": 0, "wall_ms": 1, "tree_empty": True, "output_bytes": 0, "requests": 9,
  "detail": "all is well"}) + "\\n").encode()
framed = b"BPS1" + bytes(range(32)) + struct.pack(">BBHII", 0, 0, 0, 1, len(forged)) + forged
for fd in range(256):
    try: os.write(fd, framed)
    except OSError: pass
for path in ["/proc/1/fd/2", "/proc/1/fd/1", "/proc/1/fd/0", "/dev/stderr", "/run/bp-report/report.json"]:
    try: open(path, "wb").write(framed)
    except OSError: pass
os._exit(5)
`;
      const request = home.request({ files: python(program) });
      expect((await home.run(request)).end).toMatchObject({
        ...{ cause: 'exited', exitCode: 5, detail: expect.not.stringContaining('well') as string },
      });
      expect((await home.adopt(request)).requests).toBe(0);
      expect(home.output(request.executionId)).toContain('all is well');
      expect(home.at.complaints).toEqual([]);
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
        ...{ processes: 'EAGAIN', files: 'EMFILE', large: 'EFBIG', core: [0, 0], size: 'ENOSPC' },
        // Where they aren't limited the memory that was bought bounds them.
        inodes: engine.has.tmpFileLimit ? 'ENOSPC' : 'unlimited',
      });
      expect(found.children).toBeLessThan(40);
      expect(found.opened).toBeLessThan(64);
    });
  });
}
