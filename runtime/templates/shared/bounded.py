"""Runs a coding agent, and ends it while enough is left of this execution for the program that started it."""

import json
import os
import signal
import subprocess
import threading

from bp import Refused

KEPT_CPU_SECONDS = 1.5
KEPT_WALL_SECONDS = 20
KEPT_TOKENS = 0.05  # Of those bought: with fewer left a call is refused, and coding agents ask again and again.


def run(me, command, variables, said):
    """Runs it to its end or the end of what it may use. Gives what the model said last, by its lines of JSON."""
    heard = [""]
    program = subprocess.Popen(
        command,
        env={**os.environ, **variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    # It isn't waited for: what the program leaves behind may hold the other end open.
    listener = threading.Thread(target=listen, args=(program.stdout, said, heard), daemon=True)
    listener.start()
    while program.poll() is None:
        seconds = spare_seconds(me)
        if seconds <= 0:
            print("stopped: what is left is needed for the end")
            break
        try:
            program.wait(max(0.1, min(seconds / 2, 5)))
        except subprocess.TimeoutExpired:
            pass
    try:
        os.killpg(program.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    listener.join(2)
    return heard[0]


def spare_seconds(me):
    """How long it may go on at least, with all processors at work for it."""
    try:
        left = me.left()
    except Refused as refusal:  # The service is elsewhere for a moment.
        print(f"{refusal}")
        return 1
    if left["tokens"] < KEPT_TOKENS * me.context["tokens"]:
        return 0
    cpu_seconds = me.context["cpu_seconds"] if left["cpu_seconds"] is None else left["cpu_seconds"]
    return min((cpu_seconds - KEPT_CPU_SECONDS) / (os.cpu_count() or 1), left["wall_seconds"] - KEPT_WALL_SECONDS)


def listen(lines, said, heard):
    while line := lines.readline(1 << 22):
        try:
            heard[0] = said(json.loads(line), heard[0])
        except (ValueError, LookupError, TypeError, AttributeError):
            print(line.rstrip()[:500])
