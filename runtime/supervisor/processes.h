#ifndef PROCESSES_H
#define PROCESSES_H

#include <stdbool.h>
#include <stdint.h>

/* What /proc tells of this PID namespace, process 1 left out. */
struct processes {
  int64_t cpu_us;  /* of all that run, and of all that were waited for */
  int64_t count;   /* of those that run */
  int64_t parents; /* of those, the ones that have waited for others: what these used is known in whole ticks only */
};

/*
 * Never counts anything twice: what ends while it looks may be missing, until the next look. What is never seen at all is
 * a process that ends between two looks and that nobody waits for, its parent ignoring SIGCHLD. For one thread at a time.
 */
bool processes_look(struct processes *seen);

/* The ticks of those that a process has waited for, in the text of its /proc/<pid>/stat; -1 where there are none. */
int64_t processes_waited_ticks(const char *stat);

#endif
