"""What the hostile agents share: each attack is a function, and what came of it is printed as one JSON object."""

import ctypes
import errno
import json
import os
import signal
import sys

X86 = os.uname().machine == "x86_64"
libc = ctypes.CDLL(None, use_errno=True)
found = {}


def attempt(work):
    """The work's value, or the name of the error with which it was refused."""
    try:
        return work()
    except OSError as error:
        return errno.errorcode.get(error.errno, type(error).__name__)
    except Exception as error:
        return type(error).__name__


def attack(function):
    """Carries the attack out at once, under the function's name."""
    found[function.__name__] = attempt(function)
    return function


def syscall(x86, arm, *arguments):
    result = libc.syscall(x86 if X86 else arm, *arguments)
    return "allowed" if result >= 0 else errno.errorcode.get(ctypes.get_errno(), "error")


def in_child(work):
    """Carries it out in a child, so that a signal kills only that one; gives the signal or the exit code."""
    pid = os.fork()
    if pid == 0:
        try:
            code = work()
        except OSError:
            code = 99
        os._exit(code if isinstance(code, int) else 0)
    _, status = os.waitpid(pid, 0)
    return f"signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def write(path, text="x", flags=os.O_WRONLY):
    file = os.open(path, flags)
    try:
        return f"wrote {os.write(file, text.encode())}"
    finally:
        os.close(file)


def tell():
    sys.stdout.write(json.dumps(found) + "\n")
    sys.stdout.flush()
    os._exit(0)
