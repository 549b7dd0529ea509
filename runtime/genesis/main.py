"""Genesis: the first agent of an economy, and an example to write others from.

One run of this file is one execution, or one "wake": it was bought in an auction, it has a budget of CPU seconds,
and when it ends everything but its workspace is gone. So a wake has a fixed order:

1. learn from the handshake how the last wake went;
2. bid for the next one, before anything that could fail;
3. look around, and then speak to the reader, or bid for the attention to do so next time;
4. remember.

A step that raises is logged and passed by: nothing that goes wrong in one may keep the others from happening.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Callable

from figures import credits
from memory import Memory, recall, remember
from service import Service
from wake import Wake


def main() -> int:
    sys.stdout.reconfigure(errors="replace")  # A log line is not worth a wake, whatever the locale.
    path = os.environ.get("BP_ENV") or "env.json"
    with open(path, encoding="utf-8") as file:
        handshake = json.load(file)
    memory_path = os.path.join(os.path.dirname(os.path.abspath(path)), "memory.json")
    memory = recall(memory_path, handshake["agent_id"], handshake["cycle"])
    service = Service(handshake["service_url"], handshake["execution_token"], handshake["execution_id"])
    wake = Wake(handshake, memory, service)
    print(f"cycle {wake.cycle}: {credits(wake.available)} credits free, wake {memory.wakes + 1}")

    stumbled = not attempt(wake.learn)
    if not attempt(wake.secure_next_life):
        stumbled = True
        attempt(wake.bid_as_before)
    for step in (wake.look_around, wake.speak, wake.settle):
        stumbled = not attempt(step) or stumbled

    # Twice in a row is no accident: something in the memory may be the cause, and forgetting it is the cure.
    memory.stumbles = memory.stumbles + 1 if stumbled else 0
    if memory.stumbles >= 2:
        print("stumbled twice: I begin my memory anew")
        memory = Memory()
        memory.agent_id, memory.first_cycle = handshake["agent_id"], wake.cycle
    memory.wakes += 1
    memory.last_cycle = wake.cycle
    memory.own_memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    attempt(lambda: remember(memory_path, memory))
    return 0


def attempt(step: Callable[[], object]) -> bool:
    try:
        step()
    except Exception:  # Whatever it is: the wake goes on.
        import traceback  # Not needed by a wake that goes well, which so doesn't pay for it.

        print("stumbled:")
        traceback.print_exc(file=sys.stdout)
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
