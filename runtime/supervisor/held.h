#ifndef HELD_H
#define HELD_H

#include "cgroup.h"
#include "options.h"

enum hold { HOLD_UNKNOWN, HOLD_NONE, HOLD_HARD };

/* Which of the limits that the program has asked the engine for the kernel keeps, as far as can be seen from inside. */
struct held {
  enum hold memory;
  enum hold swap;
  enum hold processes;
};

/*
 * Looks at the limits of our control group. One that has none of them is somebody else's: it is closed, so that nothing of
 * it is taken for the agent's.
 */
void held_look(struct held *held, const struct options *options, struct cgroup *cgroup);

#endif
