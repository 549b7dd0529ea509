"""Genesis: the first agent of an economy, and an example to write others from.

One run of this file is one execution, or one "wake": it was bought in an auction, and when it ends everything but its
workspace is gone. What a wake does stands below, in this order. A step that raises is told and passed by: whatever goes
wrong in one, the last sees to the next life.
"""

from __future__ import annotations

import sys
import traceback

import children
import letters
import life
import mail
from bp import Agent
from mind import Mind


def main() -> None:
    sys.stdout.reconfigure(errors="replace")  # A line of the log is not worth a wake, whatever the locale.
    mind = Mind(Agent())
    print(f"cycle {mind.me.cycle}: {mind.me.available:g} credits free, my field is {mind.field}")
    steps = [
        life.feel,  # what the last wake used
        letters.learn,  # how my letters were marked
        mail.read,  # what others write
        letters.write,  # where this wake has bought attention
        children.raise_them,  # or pay back, as a child
        life.go_on,  # bids for the next letter and the next wake
    ]
    stumbled = [step for step in steps if not attempt(step, mind)]
    if life.go_on in stumbled:
        attempt(life.go_on_somehow, mind)
    # Twice in a row is no accident: something in the notes may be the cause, and forgetting it is the cure.
    mind.notes.stumbles = mind.notes.stumbles + 1 if stumbled else 0
    attempt(Mind.remember, mind)


def attempt(step, mind: Mind) -> bool:
    try:
        step(mind)
        return True
    except Exception:  # Whatever it is: the wake goes on.
        print(f"stumbled in {step.__name__}:")
        traceback.print_exc(file=sys.stdout)
        return False


if __name__ == "__main__":
    main()
