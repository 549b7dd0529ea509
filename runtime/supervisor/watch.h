#ifndef WATCH_H
#define WATCH_H

#include "budget.h"

/*
 * Watches the CPU time from one thread on each processor, up to a few. A single one would be late where it matters: when
 * its processor is taken by others and the agent's processes go on using another. A thread that can run nowhere else gets
 * its turn before the agent does, wherever that is.
 */
struct watch {
  struct budget *budget;
  int spent_fd; /* readable once the CPU time is spent and everything was told to end; -1 before `watch_prepare` */
};

/* Makes the threads, `processes_max` being all that the container may have. They wait. Returns NULL, or the step that failed. */
const char *watch_prepare(struct watch *watch, struct budget *budget, int64_t processes_max);

/* To be called when the budget has been started. */
void watch_begin(struct watch *watch);

#endif
