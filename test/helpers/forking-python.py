"""Runs the `main.py` of a workspace as `python3 main.py` would, once for each line of stdin, without the start.

    forking-python.py PROGRAM

Each run is a fork of this process, which has imported the modules of PROGRAM, the folder that workspaces are copies
of, but has called nothing of them: so each begins as fresh as in an interpreter of its own, for a tenth of the time.
A line is {"directory": ..., "environment": {...}}; the answer is a line {"exit_code": ..., "log": ...}.
"""

import gc
import importlib
import json
import os
import runpy
import signal
import sys
import traceback

LIMIT_SECONDS = 60
# What a program loads of the standard library only once it is called: its first connection, its own use of memory.
LATER = ("encodings.idna", "resource")


def main():
    answers = os.fdopen(os.dup(1), "w")
    sys.dont_write_bytecode = True
    sys.path[0] = sys.argv[1]
    for name in os.listdir(sys.argv[1]):
        if name.endswith(".py") and name != "main.py":
            importlib.import_module(name.removesuffix(".py"))
    for name in (*LATER, "pkgutil"):  # The last one is `runpy`'s own.
        importlib.import_module(name)
    gc.freeze()
    for line in sys.stdin:
        request = json.loads(line)
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reading)
            run(request["directory"], request["environment"], writing)
        os.close(writing)
        with os.fdopen(reading, encoding="utf-8", errors="replace") as pipe:
            log = pipe.read()
        _, status = os.waitpid(pid, 0)
        answers.write(json.dumps({"exit_code": os.waitstatus_to_exitcode(status), "log": log}) + "\n")
        answers.flush()


def run(directory, environment, output):
    """Does not come back."""
    signal.alarm(LIMIT_SECONDS)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.chdir(directory)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["main.py"]
    sys.path[0] = directory
    code = 0
    try:
        runpy.run_path("main.py", run_name="__main__")
    except SystemExit as end:
        code = end.code or 0
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


main()
