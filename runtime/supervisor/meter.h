#ifndef METER_H
#define METER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "cgroup.h"
#include "processes.h"

/*
 * What the agent's processes have used: by their control group, where they have one of their own, else by what /proc tells
 * of them. The second can be evaded: where a process ignores SIGCHLD, what its children use after the last look at them is
 * never known.
 */
struct meter {
  const struct cgroup *cgroup;
  bool by_processes;
  pthread_mutex_t turn;    /* of whoever looks at the processes */
  _Atomic int64_t told_us; /* what was told last */
  _Atomic int64_t count;   /* of processes at the last look */
  int64_t seen_us;         /* the most that was seen since something was lost */
  int64_t lost_us;         /* of processes that vanished and that nobody waited for */
};

void meter_open(struct meter *meter, const struct cgroup *cgroup);

/* Microseconds of CPU used so far; never less than before. False where they can't be had. Any thread may ask. */
bool meter_cpu_us(struct meter *meter, int64_t *us);

/* As `cgroup_processes`. */
bool meter_processes(struct meter *meter, int64_t rough, int64_t *count);

/* Whether less was seen than before, and by more than what may be inexact. */
bool meter_misses(const struct meter *meter, const struct processes *seen);

/* Takes in a look at the processes; returns what they have used so far. */
int64_t meter_take(struct meter *meter, const struct processes *seen);

#endif
