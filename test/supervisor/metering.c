/* What is made of looks at the processes, where no control group counts the CPU time. */
#include <stdio.h>

#include "meter.h"
#include "model.h"

enum { MS = 1000 };

static struct meter uncounted(void) {
  static const struct cgroup none = {.cpu_fd = -1};
  struct meter meter;
  meter_open(&meter, &none);
  return meter;
}

static int64_t take(struct meter *meter, int64_t ms, int64_t parents) {
  struct processes seen = {.cpu_us = ms * MS, .count = parents + 1, .parents = parents};
  return meter_take(meter, &seen) / MS;
}

static void what_vanishes_stays_counted(void) {
  struct meter meter = uncounted();
  EXPECT(take(&meter, 300, 0) == 300);
  EXPECT(take(&meter, 10, 0) == 300);
  EXPECT(take(&meter, 250, 0) == 540);
  EXPECT(take(&meter, 0, 0) == 540);
}

static void what_rounding_takes_is_counted_once(void) {
  struct meter meter = uncounted();
  EXPECT(take(&meter, 300, 1) == 300);
  /* A child of 115 ms has ended, and its parent shows 90. */
  EXPECT(take(&meter, 275, 1) == 300);
  EXPECT(take(&meter, 310, 1) == 310);
  /* The more have waited for others, the more may be inexact. */
  EXPECT(take(&meter, 240, 3) == 310);
  EXPECT(take(&meter, 100, 3) == 310);
  EXPECT(take(&meter, 150, 3) == 360);
}

static void text_of_stat_is_read_behind_its_name(void) {
  const char *after = " S 1 2 3 4 5 6 7 8 9 10 100 200 30 7 20 0 1 0 99\n";
  char text[256];
  snprintf(text, sizeof text, "12 (sh)%s", after);
  EXPECT(processes_waited_ticks(text) == 37);
  snprintf(text, sizeof text, "12 (a) R 1 1 (b c)%s", after);
  EXPECT(processes_waited_ticks(text) == 37);
  EXPECT(processes_waited_ticks("12 (sh) S 1 2 3") == -1);
  EXPECT(processes_waited_ticks("") == -1);
}

void metering_check(void) {
  what_vanishes_stays_counted();
  what_rounding_takes_is_counted_once();
  text_of_stat_is_read_behind_its_name();
}
