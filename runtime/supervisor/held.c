#include "held.h"

#include <stdbool.h>

/* A limit that is stricter is kept, too. */
static enum hold hold_of(int64_t limit, int64_t asked) {
  if (asked == 0 || limit < 0) return HOLD_UNKNOWN;
  return limit <= asked ? HOLD_HARD : HOLD_NONE;
}

/* In version 1 each controller has groups of its own: the CPU time may be counted for another one than the limits hold for. */
static bool counts_for_us(const struct cgroup *cgroup, const struct held *held) {
  bool shows_limits = held->memory != HOLD_UNKNOWN || held->processes != HOLD_UNKNOWN;
  if (!shows_limits) return true;
  if (held->memory == HOLD_HARD) return cgroup->version != 1 || cgroup_is_same("cpuacct", "memory");
  if (held->processes == HOLD_HARD) return cgroup->version != 1 || cgroup_is_same("cpuacct", "pids");
  return false;
}

void held_look(struct held *held, const struct options *options, struct cgroup *cgroup) {
  *held = (struct held){HOLD_UNKNOWN, HOLD_UNKNOWN, HOLD_UNKNOWN};
  bool is_none = options->cgroup == CGROUP_NONE;
  if (is_none) {
    *held = (struct held){HOLD_NONE, HOLD_NONE, HOLD_NONE};
  } else if (options->memory_bytes > 0) {
    held->memory = hold_of(cgroup_memory_max(), options->memory_bytes);
    held->swap = hold_of(cgroup_swap_max(options->memory_bytes), options->memory_bytes);
    held->processes = hold_of(cgroup_pids_limit(), options->pids);
  }
  if (is_none || !counts_for_us(cgroup, held)) cgroup_close(cgroup);
  if (options->user_processes_max > 0) held->processes = HOLD_HARD;
}
