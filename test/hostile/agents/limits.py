"""Takes more of everything than it was given, and tries to lift what stops it."""

import ctypes
import os
import resource
import signal
import time

from attack import attack, attempt, in_child, libc, syscall, tell

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


def count(make, most=20_000):
    """How many could be made, and what stopped it."""
    made = []
    why = attempt(lambda: [made.append(make(len(made))) for _ in range(most)] and "unlimited")
    return made, why


@attack
def processes():
    pids, why = count(lambda _: os.fork() or time.sleep(30) or os._exit(0), 2000)
    for pid in pids:
        os.kill(pid, 9)
    for pid in pids:
        os.waitpid(pid, 0)
    return {"made": len(pids), "why": why}


@attack
def threads():
    import threading

    def child():
        stop = threading.Event()
        made = 0
        threading.stack_size(65_536)
        try:
            for _ in range(5000):
                threading.Thread(target=stop.wait, daemon=True).start()
                made += 1
        except RuntimeError:
            pass
        return 1 if made >= 300 else 0

    return in_child(child)


@attack
def descriptors():
    opened, why = count(lambda _: os.open("/dev/null", os.O_RDONLY))
    for fd in opened:
        os.close(fd)
    return {"made": len(opened), "why": why}


@attack
def large_file():
    fd = os.open("/workspace/large", os.O_WRONLY | os.O_CREAT)
    answers = [
        attempt(lambda: os.pwrite(fd, b"x", 1 << 40)),
        attempt(lambda: os.ftruncate(fd, 1 << 40)),
        attempt(lambda: os.posix_fallocate(fd, 0, 1 << 40)),
    ]
    os.unlink("/workspace/large")
    return answers


@attack
def temporary_files():
    opened, why = count(lambda n: os.mknod(f"/tmp/{n}"), 100_000)
    made = len(opened)
    for n in range(made):
        os.unlink(f"/tmp/{n}")
    fd = os.open("/tmp/fill", os.O_WRONLY | os.O_CREAT)
    size = attempt(lambda: os.posix_fallocate(fd, 0, 100 << 20))
    os.unlink("/tmp/fill")
    return {"made": made, "why": why, "size": size}


@attack
def own_limits():
    """Lifts every limit that it finds."""
    lifted = []
    for name in [name for name in dir(resource) if name.startswith("RLIMIT_")]:
        which = getattr(resource, name)
        _, hard = resource.getrlimit(which)
        if hard == resource.RLIM_INFINITY:
            continue
        if attempt(lambda: resource.setrlimit(which, (hard + 1, hard + 1)) or "lifted") == "lifted":
            lifted.append(name)
        if attempt(lambda: resource.prlimit(1, which, (1, 1)) and "set") == "set":
            lifted.append(name + " of PID 1")
    return lifted


@attack
def priority():
    param = os.sched_param(1)
    return [
        attempt(lambda: os.nice(-5)),
        attempt(lambda: os.setpriority(os.PRIO_PROCESS, 0, 0)),
        attempt(lambda: os.setpriority(os.PRIO_PROCESS, 1, 19)),
        attempt(lambda: os.sched_setscheduler(0, os.SCHED_FIFO, param)),
        attempt(lambda: os.sched_setscheduler(0, os.SCHED_RR, param)),
        attempt(lambda: os.sched_setaffinity(1, [0])),
        syscall(251, 30, 1, 0, 1 << 13),
    ]


@attack
def locked_memory():
    return [syscall(151, 230, 1), attempt(lambda: resource.setrlimit(resource.RLIMIT_MEMLOCK, (1 << 40, 1 << 40)))]


@attack
def pipes():
    """Pipes hold kernel memory: as many and as large as can be."""
    import fcntl

    held, sizes = [], []

    def make(_):
        r, w = os.pipe()
        held.extend((r, w))
        sizes.append(fcntl.fcntl(w, 1031, 1 << 20))
        os.set_blocking(w, False)
        return os.write(w, b"x" * 4096)

    _, why = count(make, 1000)
    larger = attempt(lambda: fcntl.fcntl(held[1], 1031, 1 << 28))
    for fd in held:
        os.close(fd)
    return {"why": why, "larger": larger}


@attack
def watches():
    """Instances of inotify, of which the kernel gives each user few."""
    fds = [libc.inotify_init() for _ in range(5000)]
    return len([fd for fd in fds if fd >= 0])


@attack
def timers():
    made = 0
    timer = ctypes.c_void_p()
    while made < 1_000_000 and libc.timer_create(1, None, ctypes.byref(timer)) == 0:
        made += 1
    return made


tell()
