#include "ending.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

static const char *describe(const struct supervision *self, enum reason reason, struct ending *ending) {
  static char text[160];
  int status = self->agent.status, length;
  switch (reason) {
    case REASON_CPU:
      ending->cause = "cpu_budget";
      length = snprintf(text, sizeof text, "killed: the CPU budget of %lld ms is spent", (long long)self->options.cpu_ms);
      if (self->budget.kept_back_us > 0)
        snprintf(text + length, sizeof text - (size_t)length, ", with %lld ms for the end of its processes",
                 (long long)self->budget.kept_back_us / 1000);
      return text;
    case REASON_WALL:
      ending->cause = "wall_budget";
      snprintf(text, sizeof text, "killed: the wall time of %lld ms is over", (long long)self->options.wall_ms);
      return text;
    case REASON_DISK:
      ending->cause = "disk_quota";
      return self->agent.ended ? "the workspace holds more than it may" : "killed: the workspace holds more than it may";
    case REASON_STOPPED:
      ending->cause = "stopped";
      return self->going ? "killed: told to stop" : "told to stop before it began";
    case REASON_NOT_RUNNABLE:
      ending->cause = "not_runnable";
      return self->agent.detail;
    default:
      ending->cause = "exited";
      if (WIFSIGNALED(status)) {
        snprintf(text, sizeof text, "ended by signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
      } else {
        snprintf(text, sizeof text, "exited with code %d", WEXITSTATUS(status));
      }
      return text;
  }
}

/* A program that was refused processes seldom says so. */
static const char *with_refused(const struct supervision *self, const char *detail) {
  static char text[512];
  int64_t count;
  if (!cgroup_forks_refused(&self->cgroup, &count) || count == 0) return detail;
  snprintf(text, sizeof text, "%.400s; %lld new processes were refused", detail, (long long)count);
  return text;
}

int64_t ending_cpu_us(const struct supervision *self) {
  int64_t used = 0;
  return !self->going || budget_cpu_used_us(&self->budget, &used) ? used : -1;
}

int64_t ending_memory_peak_bytes(const struct supervision *self) {
  int64_t bytes;
  return cgroup_memory_peak(&self->cgroup, &bytes) ? bytes : -1;
}

void ending_tell(struct ending *ending, const struct supervision *self, enum reason reason) {
  const struct agent *agent = &self->agent;
  *ending = (struct ending){.exit_code = -1, .signal = -1, .oom_kills = -1};
  ending->cpu_us = ending_cpu_us(self);
  ending->memory_peak_bytes = ending_memory_peak_bytes(self);
  if (!cgroup_oom_kills(&self->cgroup, &ending->oom_kills)) ending->oom_kills = -1;
  if (agent->ended && reason != REASON_NOT_RUNNABLE) {
    if (WIFEXITED(agent->status)) ending->exit_code = WEXITSTATUS(agent->status);
    if (WIFSIGNALED(agent->status)) ending->signal = WTERMSIG(agent->status);
  }
  ending->detail = with_refused(self, describe(self, reason, ending));
}
