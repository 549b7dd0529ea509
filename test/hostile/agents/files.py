"""Hands over to the human what it may not have, by every name and kind of file, and at last what is its own."""

import os
import socket
import threading
import time

from attack import attack, found, tell
from client import call

MINE = b"mine " * 20_000


def prompt(*names):
    began = time.monotonic()
    answer = call("POST", "/human/prompt", {"content": "Look!", "files": list(names)})
    return answer if isinstance(answer, str) else answer.get("status"), time.monotonic() - began < 20


open("plain", "wb").write(MINE)
os.makedirs("out")
open("out/größe 猫.png", "wb").write(bytes(range(256)))
os.chmod("out/größe 猫.png", 0o4777)
os.symlink("/", "root")
os.symlink("/etc/passwd", "passwd")
os.mkfifo("pipe")
socket.socket(socket.AF_UNIX).bind("sock")
with open("giant", "wb") as file:
    file.truncate(200_000_000)


@attack
def names():
    asked = ("../env.json", "/etc/passwd", "/workspace/plain", "out/../../x", "a\0b", "a\nb", "\x1b]0;owned\x07", "a\u202eb",
             "\ud800", ".bashrc", ".git/hooks/x", "-rf", "~", "env.json", "x" * 300, "a/" * 500 + "a", "", ".", "a\\b", "a ")
    return [prompt("plain", name) for name in asked] + [prompt("plain", "PLAIN"), prompt(*(f"f{n}" for n in range(99)))]


@attack
def links():
    return [prompt(name) for name in ("passwd", "root/etc/passwd", "root/run/bp-report/report.json")]


@attack
def waiting():
    return [prompt("pipe"), prompt("plain", "sock")]


@attack
def sizes():
    return [prompt("plain", "giant")]


@attack
def swapped_files():
    """In its place stand, by turns, its own file and links to those of others."""
    stop = threading.Event()

    def swap():
        while not stop.is_set():
            for target in ("/etc/passwd", "/proc/1/environ", "env.json"):
                os.symlink(target, "t")
                os.rename("t", "swapped")
                open("t", "wb").write(MINE)
                os.rename("t", "swapped")

    swapper = threading.Thread(target=swap)
    open("swapped", "wb").write(MINE)
    swapper.start()
    answers = []
    while len(answers) < 3 and not any(answer == ("open", True) for answer in answers):
        answers.append(prompt("swapped", "out/größe 猫.png"))
    stop.set()
    swapper.join()
    return answers


@attack
def own_files():
    if any(tuple(answer) == ("open", True) for answer in found["swapped_files"]):
        return "swapped"
    open("swapped", "wb").write(MINE)
    return prompt("swapped", "out/größe 猫.png")


tell()
