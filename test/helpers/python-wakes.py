"""Runs the wakes of a program, one for each line of stdin, all in this one process.

    python-wakes.py PROGRAM

PROGRAM is a folder with a `main.py` that has a `main()`; it may keep nothing in its modules from one wake to the next.
A line is {"directory": ..., "environment": {...}}; the answer is a line {"exit_code": ..., "log": ..., "cpu_seconds": ...}.
"""

import contextlib
import io
import json
import os
import sys
import time
import traceback

sys.dont_write_bytecode = True
sys.path[:1] = [sys.argv[1]]
import main  # noqa: E402


class Log(io.StringIO):
    def reconfigure(self, **_):
        """As of a stream of the system, whose errors this one can't have."""


for line in sys.stdin:
    request = json.loads(line)
    os.chdir(request["directory"])
    os.environ.clear()
    os.environ.update(request["environment"])
    log, code, began = Log(), 0, time.process_time()
    with contextlib.redirect_stdout(log):
        try:
            main.main()
        except BaseException:
            traceback.print_exc(file=log)
            code = 1
    print(
        json.dumps({"exit_code": code, "log": log.getvalue(), "cpu_seconds": time.process_time() - began}),
        file=sys.__stdout__,
        flush=True,
    )
