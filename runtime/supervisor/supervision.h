#ifndef SUPERVISION_H
#define SUPERVISION_H

#include <stdbool.h>
#include <stdint.h>

#include "agent.h"
#include "budget.h"
#include "cgroup.h"
#include "held.h"
#include "meter.h"
#include "options.h"
#include "session.h"
#include "watch.h"

/* What ends the watch over an execution. */
enum reason {
  REASON_NONE,
  REASON_EXITED,
  REASON_CPU,
  REASON_WALL,
  REASON_DISK,
  REASON_STOPPED,
  REASON_NOT_RUNNABLE,
  REASON_NO_GO,
  REASON_FAILED,
};

/* All that the supervisor knows of its one execution. */
struct supervision {
  struct options options;
  struct cgroup cgroup;
  struct held held;
  struct meter meter;
  struct budget budget;
  struct watch watch;
  struct agent agent;
  struct session session;
  int signal_fd;
  int64_t no_go_at_us;
  int64_t disk_due_us;
  bool going;       /* "go" has been said: the budget counts */
  bool input_ended; /* nothing more will come of the program */
  bool started_due; /* to be said */
  bool output_next; /* the output has waited for its turn */
};

#endif
