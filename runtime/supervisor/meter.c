#include "meter.h"

/* What was waited for is known in ticks, user's and system's each: so much may vanish by rounding where a child ends. */
enum { INEXACT_US = 20000, LOOKS = 3 };

void meter_open(struct meter *meter, const struct cgroup *cgroup) {
  *meter = (struct meter){.cgroup = cgroup, .by_processes = cgroup->cpu_fd < 0, .turn = PTHREAD_MUTEX_INITIALIZER};
}

bool meter_misses(const struct meter *meter, const struct processes *seen) {
  return meter->seen_us - seen->cpu_us > (seen->parents + 1) * INEXACT_US;
}

int64_t meter_take(struct meter *meter, const struct processes *seen) {
  bool misses = meter_misses(meter, seen);
  if (misses) meter->lost_us += meter->seen_us - seen->cpu_us;
  if (misses || seen->cpu_us > meter->seen_us) meter->seen_us = seen->cpu_us;
  meter->count = seen->count;
  meter->told_us = meter->lost_us + meter->seen_us;
  return meter->told_us;
}

static bool look(struct meter *meter, struct processes *best) {
  if (!processes_look(best)) return false;
  /* What ends during a look is missing in that one only. */
  for (int looks = 1; looks < LOOKS && meter_misses(meter, best); looks++) {
    struct processes seen;
    if (processes_look(&seen) && seen.cpu_us > best->cpu_us) *best = seen;
  }
  return true;
}

bool meter_cpu_us(struct meter *meter, int64_t *us) {
  if (!meter->by_processes) return cgroup_cpu_us(meter->cgroup, us);
  /* Who looks may have lost its processor; whoever comes meanwhile must not wait for it. */
  if (pthread_mutex_trylock(&meter->turn) != 0) {
    *us = meter->told_us;
    return true;
  }
  struct processes seen;
  bool looked = look(meter, &seen);
  if (looked) *us = meter_take(meter, &seen);
  pthread_mutex_unlock(&meter->turn);
  return looked;
}

bool meter_processes(struct meter *meter, int64_t rough, int64_t *count) {
  if (!meter->by_processes) return cgroup_processes(meter->cgroup, rough, count);
  *count = meter->count;
  return true;
}
