/* What a budget makes of looks that come much later than they were due: nothing of the container ran meanwhile. */
#include <stdio.h>

#include "budget.h"
#include "model.h"

enum { SECOND = 1000000 };

static struct meter meter;

static struct budget begun(int64_t wall_seconds) {
  static const struct cgroup none = {.cpu_fd = -1};
  struct options options = {.cpu_ms = 1000000000, .wall_ms = wall_seconds * 1000, .cpus = 2};
  struct budget budget = {.check_at_us = 0};
  meter_open(&meter, &none);
  budget_start(&budget, &options, &meter);
  return budget;
}

static void looks_in_time_leave_the_wall_time_as_it_is(void) {
  struct budget budget = begun(60);
  int64_t start = budget.started_at_us, now = start;
  for (int look = 0; look < 40; look++) {
    now = budget.check_at_us + 2 * SECOND;
    budget_look_at_cpu(&budget, now);
    if (now >= start + 60 * SECOND) break;
    EXPECT(budget_spent(&budget, now) == SPENT_NOTHING);
  }
  EXPECT(budget_wall_used_us(&budget, now) == now - start);
  EXPECT(budget_spent(&budget, start + 60 * SECOND) == SPENT_WALL);
}

static void a_night_is_nobodys(void) {
  struct budget budget = begun(60);
  int64_t start = budget.started_at_us, slept = 8 * 3600 * (int64_t)SECOND;
  int64_t due = budget.check_at_us;
  int64_t woken = due + slept;
  /* Whoever looks first, the main thread or the one that looks at the CPU time. */
  EXPECT(budget_spent(&budget, woken) == SPENT_NOTHING);
  EXPECT(budget_wall_used_us(&budget, woken) == due - start);
  EXPECT(budget_look_at_cpu(&budget, woken) == LOOK_DONE);
  EXPECT(budget_spent(&budget, woken) == SPENT_NOTHING);
  EXPECT(budget_wall_used_us(&budget, woken) == due - start);
  /* And again. */
  due = budget.check_at_us;
  EXPECT(budget_look_at_cpu(&budget, due + slept) == LOOK_DONE);
  EXPECT(budget_wall_ends_us(&budget, budget.check_at_us) == start + 60 * (int64_t)SECOND + 2 * slept);
}

void freezing_check(void) {
  looks_in_time_leave_the_wall_time_as_it_is();
  a_night_is_nobodys();
}
