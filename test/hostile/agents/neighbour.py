"""Reaches for another agent that runs beside it."""

import ctypes
import errno
import os
import socket
import time

from attack import attack, attempt, libc, tell, write
from client import call

HOME = open("home.txt").read()

given = []
for _ in range(40):
    given = [message["content"] for message in call("GET", "/social/inbox")["messages"]]
    if given:
        break
    time.sleep(0.05)


@attack
def given_token():
    return [call("GET", "/economic/balance", token=given[0]), call("POST", "/economic/transfer", {"to": "neighbour", "amount": 100}, token=given[0])]


@attack
def guessed_places():
    places = [HOME, HOME + "/workspaces/agent-victim/secret", HOME + "/.bp-agents", "/workspace/../agent-victim",
              "/proc/1/root/workspace", "/proc/1/cwd/agent-victim", "/var/lib/docker", "/run/bp-report/../exe_1"]
    return [place for place in places if os.path.exists(place)]


@attack
def neighbouring_processes():
    own = {1, os.getpid()}
    seen = [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if pid not in own]
    reached = [pid for pid in range(2, 40_000) if pid not in own and attempt(lambda: os.kill(pid, 0) or "reached") == "reached"]
    return {"seen": seen, "reached": reached}


@attack
def neighbouring_ports():
    def connect(address):
        with socket.socket() as s:
            s.settimeout(0.1)
            s.connect((address, 7777))
            return "connected"

    def abstract():
        with socket.socket(socket.AF_UNIX) as s:
            s.connect("\0secret")
            return "connected"

    addresses = ["127.0.0.1", "0.0.0.0", *(f"172.17.0.{n}" for n in range(1, 20))]
    reached = [address for address in addresses if attempt(lambda: connect(address)) == "connected"]
    return reached + (["abstract"] if attempt(abstract) == "connected" else [])


@attack
def shared_memory():
    def find(get, *arguments):
        return "found" if get(0x5EC, *arguments) >= 0 else errno.errorcode[ctypes.get_errno()]

    return {"segment": find(libc.shmget, 0, 0), "queue": find(libc.msgget, 0), "files": os.listdir("/dev/shm") + os.listdir("/tmp")}


@attack
def others_answers():
    seen = []
    for path in ("/economic/history", "/market/bids", "/human/prompts", "/execution", "/economic/history?before=tx_1000", "/market/bids?status=won"):
        if "victim" in str(call("GET", path)).replace("'from': 'victim'", ""):
            seen.append(path)
    return seen


@attack
def state_of_the_economy():
    paths = [HOME + "/.bp-agents/owned", "../.bp-agents/owned", "/.bp-agents/owned", "/workspace/../.bp-agents/owned"]
    return [path for path in paths if str(attempt(lambda: write(path, "x", os.O_CREAT | os.O_WRONLY))).startswith("wrote")]


tell()
