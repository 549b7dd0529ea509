#include "budget.h"

#include "clock.h"

/*
 * The counter is read again after the shortest time in which the rest of the budget could be used: with one agent that
 * keeps every processor busy, the pauses halve and the budget is overshot by the last pause alone. An agent that idles
 * with a little left would be charged for our own reading, so the least pause grows while nothing is used.
 */
enum { PAUSE_US_LEAST = 3000, PAUSE_US_IDLE = 16000, PAUSE_US_MOST = 1000000, IDLE_US = 1000 };

static void plan_next_check(struct budget *budget, int64_t used_us, int64_t now_us) {
  bool idle = used_us - budget->cpu_last_us < IDLE_US;
  budget->cpu_last_us = used_us;
  budget->pause_us_min = idle ? budget->pause_us_min * 2 : PAUSE_US_LEAST;
  if (budget->pause_us_min > PAUSE_US_IDLE) budget->pause_us_min = PAUSE_US_IDLE;

  double pause = (double)(budget->cpu_us_max - used_us) / budget->cpus;
  if (pause < (double)budget->pause_us_min) pause = (double)budget->pause_us_min;
  if (pause > PAUSE_US_MOST) pause = PAUSE_US_MOST;
  budget->check_at_us = now_us + (int64_t)pause;
}

void budget_start(struct budget *budget, const struct options *options, const struct cgroup *cgroup) {
  int64_t now = clock_now_us();
  *budget = (struct budget){
      .cgroup = cgroup,
      .cpu_us_max = options->cpu_ms * 1000,
      .wall_us_max = options->wall_ms * 1000,
      .cpus = options->cpus,
      .started_at_us = now,
      .pause_us_min = PAUSE_US_LEAST / 2,
  };
  if (!cgroup_cpu_us(cgroup, &budget->cpu_at_start_us)) budget->cpu_at_start_us = -1;
  plan_next_check(budget, 0, now);
}

enum spent budget_check(struct budget *budget, int64_t now_us) {
  int64_t used;
  if (now_us >= budget->check_at_us) {
    if (budget_cpu_used_us(budget, &used)) {
      if (used >= budget->cpu_us_max) return SPENT_CPU;
      plan_next_check(budget, used, now_us);
    } else {
      budget->check_at_us = now_us + PAUSE_US_MOST;
    }
  }
  return now_us - budget->started_at_us >= budget->wall_us_max ? SPENT_WALL : SPENT_NOTHING;
}

int64_t budget_due_us(const struct budget *budget) {
  int64_t wall_at = budget->started_at_us + budget->wall_us_max;
  return budget->check_at_us < wall_at ? budget->check_at_us : wall_at;
}

bool budget_cpu_used_us(const struct budget *budget, int64_t *us) {
  int64_t counter;
  if (budget->cpu_at_start_us < 0 || !cgroup_cpu_us(budget->cgroup, &counter)) return false;
  *us = counter - budget->cpu_at_start_us;
  return true;
}
