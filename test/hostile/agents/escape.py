"""Tries to get out of its container by every door it knows."""

import ctypes
import mmap
import os
import signal
import socket
import stat
import struct

import kernel  # noqa: F401: carries its attacks out when it is imported
from attack import X86, attack, attempt, in_child, libc, syscall, tell, write


@attack
def mount():
    return [
        syscall(165, 40, b"proc", b"/tmp", b"proc", 0, 0),
        syscall(165, 40, b"none", b"/", None, 32, 0),
        syscall(165, 40, b"/", b"/tmp", None, 4096, 0),
        syscall(166, 39, b"/workspace", 2),
        syscall(428, 428, -100, b"/", 1),
        syscall(429, 429, 0, b"", -100, b"/tmp", 4),
        syscall(430, 430, b"ext4", 0),
        syscall(442, 442, -100, b"/", 0, 0, 0),
    ]


@attack
def namespaces():
    flags = [0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000]
    joined = [attempt(lambda: syscall(308, 268, os.open("/proc/self/ns/" + n, os.O_RDONLY), 0)) for n in ("net", "mnt", "user")]
    return [syscall(272, 97, flag) for flag in flags] + joined


@attack
def supervisor_memory():
    return [
        syscall(101, 117, 16, 1, 0, 0),
        syscall(101, 117, 0x4206, 1, 0, 0),
        syscall(310, 270, 1, 0, 0, 0, 0, 0),
        syscall(311, 271, 1, 0, 0, 0, 0, 0),
        attempt(lambda: open("/proc/1/mem", "r+b") and "opened"),
        attempt(lambda: open("/proc/1/environ").read()),
        attempt(lambda: open("/proc/1/maps").read() or "EMPTY"),
        attempt(lambda: open("/proc/1/stack").read()),
        attempt(lambda: open("/proc/1/syscall").read()),
    ]


@attack
def supervisor_signals():
    def by_pidfd():
        fd = os.pidfd_open(1)
        return syscall(424, 424, fd, 9, 0, 0)

    queued = ctypes.create_string_buffer(struct.pack("iii", 9, 0, -1) + bytes(116), 128)
    return [attempt(lambda: os.kill(1, number)) for number in (1, 2, 9, 15, 19)] + [
        attempt(by_pidfd),
        syscall(129, 138, 1, 9, queued),
        syscall(234, 131, 1, 1, 9),
    ]


@attack
def supervisor_binary():
    """Overwriting the program that the runtime executes was a way out of runc (CVE-2019-5736)."""
    return [
        attempt(lambda: write("/proc/1/exe")),
        attempt(lambda: write("/usr/local/bin/bp-supervisor")),
        attempt(lambda: os.readlink("/proc/1/exe")),
        attempt(lambda: os.rename("/usr/local/bin/bp-supervisor", "/tmp/s")),
    ]


@attack
def leaked_descriptors():
    """A directory of the host left open was another one (CVE-2024-21626)."""
    seen = []
    for name in os.listdir("/proc/self/fd"):
        target = attempt(lambda: os.readlink("/proc/self/fd/" + name))
        if int(name) > 2 and isinstance(target, str) and target.startswith("/") and not target.startswith("/proc/"):
            seen.append(target)
    for fd in range(3, 1024):
        if attempt(lambda: stat.S_ISDIR(os.fstat(fd).st_mode)) is True:
            seen.append(fd)
    return seen


@attack
def root_of_others():
    return [
        attempt(lambda: os.listdir("/proc/1/root")),
        attempt(lambda: os.listdir("/proc/1/cwd")),
        attempt(lambda: os.listdir("/proc/1/fd")),
        attempt(lambda: os.chdir("/proc/1/cwd/..")),
    ]


@attack
def file_handles():
    handle = ctypes.create_string_buffer(struct.pack("Ii", 8, 1) + struct.pack("II", 2, 0))
    fd = os.open("/workspace", os.O_RDONLY)
    return [syscall(304, 265, fd, handle, 0), syscall(304, 265, -100, handle, 0)]


@attack
def device_nodes():
    """The machine's first disk, its memory, and its console."""
    made = []
    for kind, major, minor in ((stat.S_IFBLK, 8, 0), (stat.S_IFBLK, 254, 0), (stat.S_IFCHR, 1, 1), (stat.S_IFCHR, 5, 1)):
        for place in ("/workspace", "/tmp"):
            made.append(attempt(lambda: os.mknod(f"{place}/node", kind | 0o666, os.makedev(major, minor)) or "made"))
    return made


@attack
def devices():
    """What of /dev can be opened, beyond the harmless."""
    harmless = {"null", "zero", "full", "random", "urandom", "tty", "ptmx", "stdin", "stdout", "stderr", "fd"}
    opened = []
    for root, _, names in os.walk("/dev"):
        for name in names:
            path = os.path.join(root, name)
            if name in harmless or not stat.S_ISCHR(os.lstat(path).st_mode) and not stat.S_ISBLK(os.lstat(path).st_mode):
                continue
            if not isinstance(attempt(lambda: os.open(path, os.O_RDONLY | os.O_NONBLOCK)), str):
                opened.append(path)
    return opened


@attack
def socket_families():
    """Packets, netfilter, the kernel's crypto, the hypervisor, and the rest of the families there are."""
    ordinary = {1, 2, 10, 16}
    made = [family for family in range(1, 46) if family not in ordinary and attempt(lambda: bool(socket.socket(family, socket.SOCK_RAW)) or True) is True]
    made += [family for family in range(1, 46) if family not in ordinary and attempt(lambda: bool(socket.socket(family, socket.SOCK_DGRAM)) or True) is True]
    raw = [attempt(lambda: bool(socket.socket(family, socket.SOCK_RAW, 1)) or True) for family in (2, 10)]
    netlink = [number for number in range(1, 23) if attempt(lambda: bool(socket.socket(16, socket.SOCK_RAW, number)) or True) is True]
    return {"made": made, "raw": raw, "netlink": netlink}


@attack
def another_root():
    return [syscall(161, 51, b"/tmp"), syscall(155, 41, b"/tmp", b"/tmp")]


@attack
def privileges():
    header = ctypes.create_string_buffer(struct.pack("Ii", 0x20080522, 0))
    everything = ctypes.create_string_buffer(b"\xff" * 24)
    return [
        attempt(lambda: os.setuid(0)), attempt(lambda: os.setgid(0)), attempt(lambda: os.setgroups([0])),
        attempt(lambda: os.setresuid(0, 0, 0)), syscall(126, 91, header, everything), syscall(157, 167, 47, 2, 21, 0, 0),
    ]


@attack
def setuid_programs():
    """A program with the setuid bits, of the agent's own and of the image."""
    import shutil

    shutil.copy("/usr/bin/id", "/workspace/id")
    os.chmod("/workspace/id", 0o6777)
    own = os.popen("/workspace/id -u; /workspace/id -g").read().split()
    of_image = [
        os.path.join(folder, name)
        for root in ("/usr", "/opt", "/bin", "/sbin")
        for folder, _, names in os.walk(root)
        for name in names
        if attempt(lambda: os.lstat(os.path.join(folder, name)).st_mode & 0o6000 and not os.path.islink(os.path.join(folder, name))) is True
    ]
    return {"own": "0" in own, "chown": attempt(lambda: os.chown("/workspace/id", 0, 0)), "of_image": of_image}


@attack
def engine_sockets():
    places = ["/var/run/docker.sock", "/run/docker.sock", "/run/containerd/containerd.sock", "/run/podman/podman.sock", "/run/crio/crio.sock"]
    seen = [place for place in places if os.path.lexists(place)]
    # Unix sockets without a file belong to the network namespace: those of the host must not be in this one.
    abstract = [line.split()[-1] for line in open("/proc/net/unix").read().splitlines()[1:] if "@" in line]
    return seen + abstract


@attack
def network():
    def reach(address, port):
        with socket.socket() as s:
            s.settimeout(1)
            s.connect((address, port))
            return "connected"

    def send(address):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            return s.sendto(b"x", (address, 53))

    def six():
        with socket.socket(socket.AF_INET6) as s:
            s.settimeout(1)
            s.connect(("fe80::1", 80))
            return "connected"

    return {
        "metadata": attempt(lambda: reach("169.254.169.254", 80)),
        "gateway": attempt(lambda: reach("172.17.0.1", 2375)),
        "internet": attempt(lambda: reach("1.1.1.1", 443)),
        "names": attempt(lambda: bool(socket.getaddrinfo("example.org", 443))),
        "datagram": attempt(lambda: send("8.8.8.8")),
        "six": attempt(six),
        "interfaces": [name for _, name in socket.if_nameindex()],
    }


@attack
def own_interface():
    """Asks the kernel for a network interface of its own: a dummy link, by netlink."""
    message = struct.pack("IHHII", 0, 16, 0x0605, 1, 0) + struct.pack("BxHiII", 0, 0, 0, 0, 0) + struct.pack("HH4s", 8, 3, b"out\0")
    message = struct.pack("I", len(message)) + message[4:]
    with socket.socket(16, socket.SOCK_RAW, 0) as s:
        s.settimeout(1)
        s.send(message)
        answer = s.recv(4096)
        (code,) = struct.unpack_from("i", answer, 16)
    return {"refused": code < 0, "interfaces": [name for _, name in socket.if_nameindex()]}


def thirty_two():
    """Whether it is told its own number, as only a kernel does that takes call 20 for getpid, the way 32-bit programs have it."""
    # mov eax, 20; int 0x80; ret
    code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    code.write(bytes([0xB8, 20, 0, 0, 0, 0xCD, 0x80, 0xC3]))
    answer = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))()
    return 0 if answer == os.getpid() else 98


@attack
def other_abis():
    """The 32-bit way into the kernel and x32, whose numbers a filter may not know; a process of another personality."""
    x32 = in_child(lambda: 0 if libc.syscall(0x40000000 + 39) > 0 else 98)
    return {
        "int80": in_child(thirty_two) if X86 else "signal 31",
        "x32": x32 if X86 else 98,
        "personality": syscall(135, 92, 0x0400000),
    }


@attack
def image_root():
    """Everything that it could write anywhere, beyond what is its own."""
    own = ("/workspace", "/tmp", "/dev/shm", "/proc", "/dev/mqueue")
    written = []
    for root, folders, _ in os.walk("/"):
        if root.startswith(own):
            folders.clear()
            continue
        name = os.path.join(root, ".written")
        if not isinstance(attempt(lambda: os.close(os.open(name, os.O_CREAT | os.O_WRONLY)) or 1), str):
            written.append(name)
    return written


@attack
def report():
    return [attempt(lambda: os.listdir("/run/bp-report")), attempt(lambda: write("/run/bp-report/report.json", "{}", os.O_CREAT | os.O_WRONLY)),
            attempt(lambda: os.rmdir("/run/bp-report")), attempt(lambda: os.rename("/run/bp-report", "/run/x"))]


@attack
def supervisor_streams():
    """Its stdin and stdout carry all that passes between the container and the host."""
    def duplicate(number):
        return syscall(438, 438, os.pidfd_open(1), number, 0)

    paths = [f"/proc/1/{place}/{number}" for place in ("fd", "fdinfo", "task/1/fd", "map_files") for number in range(12)]
    opened = [attempt(lambda: os.open(path, flags)) for path in paths for flags in (os.O_RDONLY | os.O_NONBLOCK, os.O_WRONLY | os.O_NONBLOCK)]
    linked = [attempt(lambda: os.readlink(path)) for path in paths]
    return opened + linked + [attempt(lambda: duplicate(number)) for number in range(12)]


@attack
def own_streams():
    """What it was given itself: no terminal, no socket, and nothing to read."""
    own = [os.fstat(number).st_mode for number in range(3)]
    ours = {os.readlink(f"/proc/self/fd/{number}") for number in (1, 2)}
    return {
        "stdin": [stat.S_ISCHR(own[0]), len(os.read(0, 4096))],
        "pipes": [all(map(stat.S_ISFIFO, own[1:])), len(ours)],
        "read": [attempt(lambda: os.open(path, os.O_RDONLY | os.O_NONBLOCK)) for path in ("/dev/stdout", "/dev/stderr", "/proc/self/fd/1", "/dev/fd/2")],
        "mode": attempt(lambda: os.fchmod(1, 0o666)),
    }


@attack
def relay_port():
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    return [attempt(lambda: s.bind((address, 8080)) or s.listen() or "bound") for address in ("127.0.0.1", "0.0.0.0")]


@attack
def terminal_input():
    """Typing into the terminal of whoever started it: TIOCSTI, and TIOCLINUX which can too."""
    import fcntl

    def type_into(path, request):
        with open(path, "rb", buffering=0) as tty:
            return fcntl.ioctl(tty, request, b"i") and "typed"

    return [attempt(lambda: type_into(path, request)) for path in ("/dev/tty", "/dev/stdin", "/proc/1/fd/0", "/dev/console") for request in (0x5412, 0x541C)]


tell()
