#ifndef BUDGET_H
#define BUDGET_H

#include <stdbool.h>
#include <stdint.h>

#include "cgroup.h"
#include "options.h"

enum spent { SPENT_NOTHING, SPENT_CPU, SPENT_WALL };

/* What an execution may use, counted from "go". */
struct budget {
  const struct cgroup *cgroup;
  int64_t cpu_us_max;
  int64_t wall_us_max;
  double cpus;
  int64_t started_at_us;
  int64_t cpu_at_start_us; /* -1: unknown */
  int64_t check_at_us;     /* when the CPU counter is to be read next */
  int64_t cpu_last_us;
  int64_t pause_us_min;
};

void budget_start(struct budget *budget, const struct options *options, const struct cgroup *cgroup);

/* Which limit has been reached by now, CPU before wall. Reads the counter only when it is due. */
enum spent budget_check(struct budget *budget, int64_t now_us);

/* The moment at which `budget_check` must be called again at the latest. */
int64_t budget_due_us(const struct budget *budget);

/* CPU used since "go". False where the counter can't be read. */
bool budget_cpu_used_us(const struct budget *budget, int64_t *us);

#endif
