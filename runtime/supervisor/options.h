#ifndef OPTIONS_H
#define OPTIONS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Whether the control group that the supervisor finds itself in is the container's own. */
enum group_use { CGROUP_OWN, CGROUP_NONE };

/* What the host asks for on the command line. See README.md for the arguments. */
struct options {
  uid_t uid;
  gid_t gid;
  int64_t cpu_ms;
  int64_t wall_ms;
  double cpus;
  uint16_t port;
  int64_t open_files_max;
  int64_t file_bytes_max;
  /* What must stay free in the workspace's filesystem; both 0: nobody watches it here. */
  int64_t disk_bytes_min;
  int64_t disk_files_min;
  int64_t content; /* not 0: after the end it stays for content */
  enum group_use cgroup;
  /* What the engine was asked for, to be compared with what holds; 0: not told. */
  int64_t memory_bytes;
  int64_t pids;
  int64_t user_processes_max; /* of the agent's user; 0: no limit by its user */
};

/* Fills `options` from the arguments. Returns 0, or -1 with one line in `complaint`. */
int options_parse(struct options *options, int count, char **arguments, char *complaint, size_t complaint_size);

#endif
