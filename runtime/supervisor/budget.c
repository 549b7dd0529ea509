#include "budget.h"

#include "clock.h"

/*
 * The counter is read again before the rest of the budget could be used. Half of the shortest time in which that is
 * possible is waited, so that who uses all of it for making processes can't have made more than the other half ends: to
 * end a process never costs more than it did to make it. An agent that idles with a little left would be charged for our
 * own reading, so the least pause grows while nothing is used.
 */
enum { PAUSE_US_LEAST = 3000, PAUSE_US_IDLE = 16000, PAUSE_US_MOST = 1000000, IDLE_US = 1000, PAUSES = 2 };

/* What nobody counts but us is only known by looking, so that takes at most one part in so many of our time. */
enum { PAUSE_US_UNCOUNTED = 50000, LOOKING_SHARE = 8 };

/*
 * The kernel charges the end of a process to the group, too: between 0.4 and 1.1 ms were measured, by its size. So what
 * many of them need for it is kept back. A few need no more than the pauses are inexact, and aren't counted.
 */
enum { END_OF_A_PROCESS_US = 1000, PROCESSES_FREE = 16 };

/*
 * No load keeps all the threads that look from it for so long. The longest pause between two looks is still counted: what
 * is missing then is no more than that.
 */
enum { FROZEN_US_LEAST = 3000000 };

/* How long nothing ran, by a look that was due then and comes now. */
static int64_t frozen_between_us(int64_t due_us, int64_t now_us) {
  int64_t late_us = now_us - due_us;
  return late_us >= FROZEN_US_LEAST ? late_us : 0;
}

static int64_t kept_back_us(const struct budget *budget) {
  int64_t processes;
  if (!meter_processes(budget->meter, PROCESSES_FREE, &processes)) return 0;
  return processes <= PROCESSES_FREE ? 0 : (processes - PROCESSES_FREE) * END_OF_A_PROCESS_US;
}

static void plan_next_look(struct budget *budget, int64_t used_us, int64_t left_us, int64_t now_us) {
  bool counted = !budget->meter->by_processes;
  int64_t took_us = counted ? 0 : clock_now_us() - now_us;
  bool idle = used_us - budget->cpu_last_us < IDLE_US;
  int64_t least = idle ? budget->pause_us_min * 2 : PAUSE_US_LEAST;
  if (least > PAUSE_US_IDLE) least = PAUSE_US_IDLE;
  budget->cpu_last_us = used_us;
  budget->pause_us_min = least;

  double pause = (double)left_us / (budget->cpus * PAUSES);
  if (pause < (double)least) pause = (double)least;
  if (!counted && pause > PAUSE_US_UNCOUNTED) pause = PAUSE_US_UNCOUNTED;
  if (pause < (double)(took_us * LOOKING_SHARE)) pause = (double)(took_us * LOOKING_SHARE);
  if (pause > PAUSE_US_MOST) pause = PAUSE_US_MOST;
  budget->check_at_us = now_us + (int64_t)pause;
}

void budget_start(struct budget *budget, const struct options *options, struct meter *meter) {
  int64_t now = clock_now_us();
  budget->meter = meter;
  budget->cpu_us_max = options->cpu_ms * 1000;
  budget->wall_us_max = options->wall_ms * 1000;
  budget->cpus = options->cpus;
  budget->started_at_us = now;
  budget->frozen_us = 0;
  budget->pause_us_min = PAUSE_US_LEAST / 2;
  if (!meter_cpu_us(meter, &budget->cpu_at_start_us)) budget->cpu_at_start_us = -1;
  plan_next_look(budget, 0, budget->cpu_us_max, now);
}

enum look budget_look_at_cpu(struct budget *budget, int64_t now_us) {
  int64_t due = budget->check_at_us;
  if (budget->cpu_is_spent) return LOOK_SPENT;
  if (now_us < due) return LOOK_NOT_DUE;
  /* Who comes first reads. Should it not get any further, its processor taken by others, the next one does soon. */
  int64_t frozen_us = frozen_between_us(due, now_us);
  /* Before, since who asks meanwhile may count it twice, but must not miss it. */
  budget->frozen_us += frozen_us;
  if (!atomic_compare_exchange_strong(&budget->check_at_us, &due, now_us + PAUSE_US_LEAST)) {
    budget->frozen_us -= frozen_us;
    return LOOK_NOT_DUE;
  }

  int64_t used;
  if (!budget_cpu_used_us(budget, &used)) {
    budget->check_at_us = now_us + PAUSE_US_MOST;
    return LOOK_DONE;
  }
  int64_t kept_back = kept_back_us(budget);
  int64_t left = budget->cpu_us_max - used - kept_back;
  budget->kept_back_us = kept_back;
  if (left <= 0)
    budget->cpu_is_spent = true;
  else
    plan_next_look(budget, used, left, now_us);
  return left <= 0 ? LOOK_SPENT : LOOK_DONE;
}

enum spent budget_spent(const struct budget *budget, int64_t now_us) {
  if (budget->cpu_is_spent) return SPENT_CPU;
  return now_us >= budget_wall_ends_us(budget, now_us) ? SPENT_WALL : SPENT_NOTHING;
}

int64_t budget_wall_ends_us(const struct budget *budget, int64_t now_us) {
  /* In this order: a look that counts it meanwhile is seen twice rather than not at all. */
  int64_t uncounted_us = frozen_between_us(budget->check_at_us, now_us);
  int64_t frozen_us = budget->frozen_us + uncounted_us;
  return budget->started_at_us + budget->wall_us_max + frozen_us;
}

int64_t budget_wall_used_us(const struct budget *budget, int64_t now_us) {
  int64_t used_us = now_us - (budget_wall_ends_us(budget, now_us) - budget->wall_us_max);
  return used_us > 0 ? used_us : 0;
}

bool budget_cpu_used_us(const struct budget *budget, int64_t *us) {
  int64_t counter;
  if (budget->cpu_at_start_us < 0 || !meter_cpu_us(budget->meter, &counter)) return false;
  *us = counter - budget->cpu_at_start_us;
  return true;
}
