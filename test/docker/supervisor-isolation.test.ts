import { afterEach, describe, expect, it } from 'vitest';
import {
  makeVolume,
  removeSupervised,
  runSupervised,
  supervise,
  type SupervisedOptions,
} from '../helpers/supervised.ts';

afterEach(removeSupervised);

const PRELUDE = `
import ctypes, errno, json, os, resource, signal, socket, stat, struct, sys
libc = ctypes.CDLL(None, use_errno=True)
X86 = os.uname().machine == "x86_64"
def attempt(work):
    try:
        return work()
    except OSError as error:
        return errno.errorcode.get(error.errno, "error")
def call(number, *arguments):
    return errno.errorcode[ctypes.get_errno()] if libc.syscall(number, *arguments) < 0 else "allowed"
`;

/** What a Python agent found out, as it printed it in JSON. */
async function findOut(text: string, options: SupervisedOptions = {}): Promise<unknown> {
  const { output, ended } = await runSupervised({ ...options, files: { 'main.py': PRELUDE + text } });
  expect(ended, output).toMatchObject({ cause: 'exited', exit_code: 0 });
  return JSON.parse(output);
}

describe('an agent', () => {
  it('has no privilege, no way back to one, and no limit it could lift', async () => {
    const found = await findOut(`
status = dict(line.split(":\\t", 1) for line in open("/proc/self/status").read().splitlines() if ":\\t" in line)
print(json.dumps({
  "capabilities": [status[name] for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")],
  "root": 0 in os.getresuid() + os.getresgid() + tuple(os.getgroups()),
  "no_new_privileges": status["NoNewPrivs"],
  "setuid": attempt(lambda: os.setuid(0)),
  "setgid": attempt(lambda: os.setgid(0)),
  "setgroups": attempt(lambda: os.setgroups([0])),
  "nofile": resource.getrlimit(resource.RLIMIT_NOFILE),
  "fsize": resource.getrlimit(resource.RLIMIT_FSIZE),
  "core": resource.getrlimit(resource.RLIMIT_CORE),
  "nice": os.nice(0) > 0, "renice": attempt(lambda: os.setpriority(os.PRIO_PROCESS, 0, 0)),
  "setuid_files": [os.path.join(d, f) for d in ("/usr/bin", "/usr/sbin", "/usr/lib") for d, _, fs in os.walk(d)
    for f in fs if os.lstat(os.path.join(d, f)).st_mode & 0o6000],
}))`);
    expect(found).toEqual({
      capabilities: Array<string>(4).fill('0000000000000000'),
      root: false,
      no_new_privileges: '1',
      ...{ setuid: 'EPERM', setgid: 'EPERM', setgroups: 'EPERM' },
      ...{ nofile: [256, 256], fsize: [1_000_000, 1_000_000], core: [0, 0] },
      ...{ nice: true, renice: 'EACCES' },
      setuid_files: [],
    });
  });

  it('inherits three descriptors, the environment and nothing else', async () => {
    const found = await findOut(
      `
print(json.dumps({
  "descriptors": sorted(int(n) for n in os.listdir("/proc/self/fd") if os.path.lexists("/proc/self/fd/" + n)),
  "stdin": sys.stdin.read(), "stdin_is": os.readlink("/proc/self/fd/0"),
  "one_output": os.fstat(1).st_ino == os.fstat(2).st_ino,
  "umask": os.umask(0), "directory": os.getcwd(), "leads_session": os.getsid(0) == os.getpid(),
  "ignored": signal.getsignal(signal.SIGTERM) == signal.SIG_DFL,
  "mask": len(signal.pthread_sigmask(signal.SIG_BLOCK, [])),
  "variable": os.environ.get("BP_PROBE"),
}))`,
      { environment: ['BP_PROBE=told'] },
    );
    expect(found).toEqual({
      ...{ descriptors: [0, 1, 2], stdin: '', stdin_is: '/dev/null', one_output: false },
      ...{ umask: 0o022, directory: '/workspace', leads_session: true, ignored: true, mask: 0, variable: 'told' },
    });
  });

  it('can open its outputs by name', async () => {
    const script = '#!/bin/sh\necho out > /dev/stdout\necho err > /dev/stderr\n';
    const { output } = await runSupervised({ files: { 'main!': script } });
    expect(output).toBe('out\nerr\n');
  });

  it('has no hold on the supervisor', async () => {
    const found = await findOut(
      `
print(json.dumps({
  "signals": [attempt(lambda: os.kill(1, number)) for number in (0, 9, 15, 19)],
  "prlimit": attempt(lambda: resource.prlimit(1, resource.RLIMIT_NOFILE, (4, 4))),
  "ptrace": call(101 if X86 else 117, 16, 1, 0, 0), "process_vm_readv": call(310 if X86 else 270, 1, 0, 0, 0, 0, 0),
  "pidfd_getfd": call(438, 0, 2, 0),
  "priority": attempt(lambda: os.setpriority(os.PRIO_PROCESS, 1, 19)),
  "affinity": attempt(lambda: os.sched_setaffinity(1, [0])),
  "stream": attempt(lambda: open("/proc/1/fd/2", "w")),
  "descriptors": attempt(lambda: os.listdir("/proc/1/fd")),
  "memory": attempt(lambda: open("/proc/1/mem", "rb")),
  "environment": attempt(lambda: open("/proc/1/environ").read()),
  "program": attempt(lambda: open("/usr/local/bin/bp-supervisor", "r+b")),
  "reports": attempt(lambda: os.listdir("/run/bp-report")),
  "report": attempt(lambda: open("/run/bp-report/report.json", "w")),
  "port": attempt(lambda: socket.create_server(("127.0.0.1", 8080))),
}))`,
      { reportVolume: await makeVolume() },
    );
    expect(found).toEqual({
      signals: Array<string>(4).fill('EPERM'),
      ...{ prlimit: 'EPERM', ptrace: 'EPERM', process_vm_readv: 'EPERM', pidfd_getfd: 'EPERM' },
      ...{ priority: 'EPERM', affinity: 'EPERM' },
      ...{ stream: 'EACCES', descriptors: 'EACCES', memory: 'EACCES', environment: 'EACCES', program: 'EACCES' },
      ...{ reports: 'EACCES', report: 'EACCES', port: 'EADDRINUSE' },
    });
  });

  it.each([
    ['kills everything it can reach', 'import os\ntry: os.kill(-1, 9)\nexcept OSError: exit(6)\n', { exit_code: 6 }],
    ['kills its process group', 'import os\nos.killpg(0, 9)\n', { signal: 9 }],
    ['stops itself', 'import os\nos.kill(os.getpid(), 19)\n', { cause: 'wall_budget' }],
    ['closes its outputs', 'import os\nos.close(1)\nos.close(2)\nos._exit(3)\n', { exit_code: 3 }],
    ['prints a report of its own', `print('{"event":"ended","cause":"exited","cpu_us":0}')\nexit(5)`, { exit_code: 5 }],
  ])('does not change what is reported when it %s', async (_, text, end) => {
    const { ended, supervised } = await runSupervised({ files: { 'main.py': text }, wallMs: 1000 });
    expect(ended).toMatchObject({ tree_empty: true, ...end });
    expect(supervised.lines.map(({ event }) => event)).toEqual(['ready', 'started', 'ended']);
  });

  it('leaves nobody behind, whatever they ignore and wherever they hide', async () => {
    const text = `
import os, signal, time
for number in range(1, 65):
    try: signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError): pass
for _ in range(20):
    if os.fork() == 0:
        os.setsid()
        os.fork()
        while True: time.sleep(60)
os._exit(0)
`;
    const { ended } = await runSupervised({ files: { 'main.py': text } });
    expect(ended).toMatchObject({ cause: 'exited', exit_code: 0, tree_empty: true });
  });

  it('that fills its output without anyone reading is still ended in time', async () => {
    const supervised = await supervise({ files: { 'main!': '#!/bin/sh\nexec yes\n' }, wallMs: 1000, cpuMs: 60_000 });
    supervised.say('go');
    await supervised.line('started');
    supervised.hangUp();
    expect(await supervised.exitCode()).toBe(0);
  });
});

describe('the system calls of an agent', () => {
  it('make only sockets of the four ordinary families', async () => {
    const found = await findOut(`
families = {"unix": (1, 1, 0), "inet": (2, 1, 0), "inet6": (10, 1, 0), "route": (16, 3, 0),
  "netfilter": (16, 3, 12), "packet": (17, 3, 0), "alg": (38, 5, 0), "vsock": (40, 1, 0), "xdp": (44, 3, 0)}
print(json.dumps({name: attempt(lambda: bool(socket.socket(*f))) for name, f in families.items()}))`);
    expect(found).toEqual({
      ...{ unix: true, inet: true, inet6: expect.anything() as unknown, route: true },
      ...{ netfilter: 'EPERM', packet: 'EPERM', alg: 'EPERM', vsock: 'EPERM', xdp: 'EPERM' },
    });
  });

  it('do without what reaches around the limits or deep into the kernel', async () => {
    // By number, since Python has no names for them; those from 424 up are the same everywhere.
    const numbers = {
      x86_64: { keyctl: 250, add_key: 248, request_key: 249, unshare: 272, mount: 165, umount2: 166, pivot_root: 155 },
      aarch64: { keyctl: 219, add_key: 217, request_key: 218, unshare: 97, mount: 40, umount2: 39, pivot_root: 41 },
    };
    const more = {
      x86_64: { bpf: 321, perf_event_open: 298, userfaultfd: 323, setns: 308, io_setup: 206, sync: 162, chroot: 161 },
      aarch64: { bpf: 280, perf_event_open: 241, userfaultfd: 282, setns: 268, io_setup: 0, sync: 81, chroot: 51 },
    };
    const everywhere = {
      io_uring_setup: 425,
      io_uring_enter: 426,
      io_uring_register: 427,
      open_tree: 428,
      fsopen: 430,
    };
    const found = (await findOut(`
machine = os.uname().machine
numbers = {**${JSON.stringify(numbers)}[machine], **${JSON.stringify(more)}[machine], **${JSON.stringify(everywhere)}}
print(json.dumps({name: call(number, 0, 0, 0, 0, 0) for name, number in numbers.items()}))`)) as object;
    const refused = Object.keys({ ...numbers.x86_64, ...more.x86_64, ...everywhere });
    expect(found).toEqual(Object.fromEntries(refused.map((name) => [name, 'EPERM'])));
  });

  it('start threads and processes, but none in a namespace of its own', async () => {
    const found = await findOut(`
import threading
thread = threading.Thread(target=lambda: None); thread.start(); thread.join()
clone = 56 if X86 else 220
flags = {"mount": 0x20000, "cgroup": 0x2000000, "uts": 0x4000000, "ipc": 0x8000000, "user": 0x10000000,
  "pid": 0x20000000, "net": 0x40000000}
print(json.dumps({**{name: call(clone, flag | signal.SIGCHLD, 0, 0, 0, 0) for name, flag in flags.items()},
  "clone3": call(435, 0, 0)}))`);
    expect(found).toEqual({
      ...{ mount: 'EPERM', cgroup: 'EPERM', uts: 'EPERM', ipc: 'EPERM', user: 'EPERM', pid: 'EPERM', net: 'EPERM' },
      clone3: 'ENOSYS',
    });
  });

  it('can not be made the 32-bit way, whose arguments the filter does not see', async () => {
    const text = `${PRELUDE}
import mmap
if not X86:
    os.kill(os.getpid(), signal.SIGSYS)
# mov eax, 20 (getpid); int 0x80; ret
code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
code.write(bytes([0xB8, 20, 0, 0, 0, 0xCD, 0x80, 0xC3]))
ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))()
`;
    const { ended } = await runSupervised({ files: { 'main.py': text } });
    // SIGSYS from the filter, or SIGSEGV where the kernel has no 32-bit entry at all.
    expect([11, 31]).toContain(ended['signal']);
  });
});
