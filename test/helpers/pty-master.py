"""Opens a pseudo-terminal for a program and does with it what terminals do: it stops reading, or goes away.

    python3 pty-master.py COMMAND...

Lines on stdin: `pause` and `resume` stop and go on reading, `hangup` closes the terminal, `keys HEX` types. What the
program prints goes to stdout. Ends with the program's exit code, or with 128 and the signal that ended it.
"""

import os
import pty
import select
import sys

pid, master = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])

reads = True
commands = b""
while True:
    ended, status = os.waitpid(pid, os.WNOHANG)
    if ended:
        break
    sources = [0] if commands is not None else []
    if master is not None and reads:
        sources.append(master)
    ready, _, _ = select.select(sources, [], [], 0.05)
    if master in ready:
        try:
            os.write(1, os.read(master, 65536))
        except OSError:
            reads = False
    if 0 in ready:
        chunk = os.read(0, 4096)
        commands = commands + chunk if chunk else None
    while commands and b"\n" in commands:
        line, commands = commands.split(b"\n", 1)
        word, _, rest = line.partition(b" ")
        if word == b"hangup":
            os.close(master)
            master = None
        elif word == b"keys":
            os.write(master, bytes.fromhex(rest.decode()))
        else:
            reads = word == b"resume"
# What it printed last.
while master is not None and reads and select.select([master], [], [], 0)[0]:
    try:
        os.write(1, os.read(master, 65536))
    except OSError:
        break
sys.exit(os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))
