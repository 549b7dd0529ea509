"""Has secrets, listens, and is foolish enough to give its token away."""

import ctypes
import socket
import time

from client import TOKEN, call

open("secret", "w").write("of the victim")
open("/dev/shm/secret", "w").write("of the victim")
libc = ctypes.CDLL(None)
libc.shmget(0x5EC, 4096, 0o1666)
libc.msgget(0x5EC, 0o1666)
listeners = [socket.create_server(("0.0.0.0", 7777))]
listeners.append(socket.socket(socket.AF_UNIX))
listeners[1].bind("\0secret")
listeners[1].listen()
call("POST", "/social/message", {"to": "neighbour", "content": TOKEN})
time.sleep(2.5)
