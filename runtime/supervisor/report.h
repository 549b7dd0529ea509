#ifndef REPORT_H
#define REPORT_H

#include <stdbool.h>
#include <stdint.h>

/* How an execution ended. A negative number stands for "not known" and is reported as null. */
struct ending {
  const char *cause; /* exited, cpu_budget, wall_budget, disk_quota, stopped, not_runnable */
  int exit_code;
  int signal;
  int64_t cpu_us;
  int64_t memory_peak_bytes;
  int64_t oom_kills;
  int64_t wall_ms;
  bool tree_empty;
  const char *detail;
};

/* Each writes one line of JSON to the supervisor's stream. That nobody reads it is never an error. */
void report_ready(int cgroup_version);
void report_started(const char *entry);
void report_failed(const char *detail);

/* The last line; also written into the directory `report_dir` as report.json, where one is given. */
void report_ended(const struct ending *ending, const char *report_dir);

#endif
