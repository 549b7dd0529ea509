#ifndef REPORT_H
#define REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "held.h"
#include "output.h"

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
  int64_t output_bytes;
  int64_t requests;
  const char *detail;
};

/* How far an execution has come, for a program that has just greeted. */
struct progress {
  int cgroup_version;
  bool going;
  int64_t wall_ms;
  int64_t requests;
  bool tells_limits; /* the program has told what it asked for */
  struct held held;
  bool by_processes; /* the CPU time is known by them, not by the control group */
};

/* As much as a line of the supervisor's may have, with its end. */
enum { REPORT_LINE_SIZE = 4096 };

/* Each writes one line of JSON. */
void report_ready(char line[REPORT_LINE_SIZE], const struct progress *progress);
void report_used(char line[REPORT_LINE_SIZE], int64_t cpu_us, int64_t memory_peak_bytes);
void report_started(char line[REPORT_LINE_SIZE], const char *entry);
void report_ended(char line[REPORT_LINE_SIZE], const struct ending *ending);

/* Keeps the last line, and what of the output no program has kept, where they outlast the container's processes. */
void report_keep(const char *ended_line, const struct output *output);

/* Tells, as plain text on stderr, why it can't do its work. That nobody reads it is no error. */
void report_failure(const char *detail);

#endif
