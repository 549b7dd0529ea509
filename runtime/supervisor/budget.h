#ifndef BUDGET_H
#define BUDGET_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "meter.h"
#include "options.h"

enum spent { SPENT_NOTHING, SPENT_CPU, SPENT_WALL };
enum look { LOOK_NOT_DUE, LOOK_DONE, LOOK_SPENT };

/* What an execution may use, counted from "go". What changes after that, any thread may read and write. */
struct budget {
  struct meter *meter;
  int64_t cpu_us_max;
  int64_t wall_us_max;
  double cpus;
  int64_t started_at_us;
  _Atomic int64_t frozen_us;    /* since then, in which nothing of the container ran */
  int64_t cpu_at_start_us;      /* -1: unknown */
  _Atomic int64_t check_at_us;  /* when the CPU counter is to be read next */
  _Atomic int64_t cpu_last_us;  /* what it said last */
  _Atomic int64_t pause_us_min;
  _Atomic int64_t kept_back_us; /* of the CPU time, for the end of the processes there were at the last look */
  _Atomic bool cpu_is_spent;    /* stays so */
};

void budget_start(struct budget *budget, const struct options *options, struct meter *meter);

/*
 * Reads the counter when that is due; of several threads that ask at once, one reads. LOOK_SPENT, now and ever after,
 * once the CPU time is spent, or as much of it as the end of what runs will take.
 */
enum look budget_look_at_cpu(struct budget *budget, int64_t now_us);

/*
 * Which limit has been reached by now, as far as it is known. CPU before wall. Time in which the container was frozen, as
 * with a machine that sleeps, is nobody's: looks that come much later than they were due tell of it.
 */
enum spent budget_spent(const struct budget *budget, int64_t now_us);

/* The moment at which the wall time is over, as far as that is known by now. */
int64_t budget_wall_ends_us(const struct budget *budget, int64_t now_us);

/* Wall time since "go", by now. */
int64_t budget_wall_used_us(const struct budget *budget, int64_t now_us);

/* CPU used since "go". False where the counter can't be read. */
bool budget_cpu_used_us(const struct budget *budget, int64_t *us);

#endif
