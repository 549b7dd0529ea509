#ifndef CGROUP_H
#define CGROUP_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The counters of the control group in which the supervisor and everything it starts run. The kernel keeps them, so
 * nothing an agent does (double forks, ignoring SIGCHLD) takes time off them.
 */
struct cgroup {
  int version; /* 1 or 2; 0: no CPU counter could be found */
  int cpu_fd;
  int memory_peak_fd;
  int pids_events_fd;
  int pids_current_fd;
  int pids_directory_fd;
  int oom_fd;
};

/* Finds and opens the counters. What is not there stays -1. */
void cgroup_open(struct cgroup *cgroup);

/* Closes them again: the group is somebody else's. */
void cgroup_close(struct cgroup *cgroup);

/* Microseconds of CPU used since the group was made. False where they can't be read. */
bool cgroup_cpu_us(const struct cgroup *cgroup, int64_t *us);

/* The most memory the group has had, in bytes. Version 1 counts the page cache too. */
bool cgroup_memory_peak(const struct cgroup *cgroup, int64_t *bytes);

/* How many processes were killed since the group's memory was used up. */
bool cgroup_oom_kills(const struct cgroup *cgroup, int64_t *count);

/* How many new processes and threads the limit has refused since the container was made. */
bool cgroup_forks_refused(const struct cgroup *cgroup, int64_t *count);

/* Limits of our own group; INT64_MAX where it has none, -1 where that can't be seen. */
int64_t cgroup_memory_max(void);
int64_t cgroup_pids_limit(void);

/* The same for memory and swap together, `memory_max` being what the memory alone may be. */
int64_t cgroup_swap_max(int64_t memory_max);

/* Whether we are in the same group of both controllers (version 1). */
bool cgroup_is_same(const char *controller, const char *other);

/*
 * How many processes the group has, threads not counted. Up to `rough` they are, for that costs least.
 * False where it can't be read.
 */
bool cgroup_processes(const struct cgroup *cgroup, int64_t rough, int64_t *count);

#endif
