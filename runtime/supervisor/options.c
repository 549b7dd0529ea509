#include "options.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool whole_number(const char *text, int64_t least, int64_t most, int64_t *value) {
  char *end;
  errno = 0;
  if (*text < '0' || *text > '9') return false;
  long long parsed = strtoll(text, &end, 10);
  if (errno != 0 || *end != '\0' || parsed < least || parsed > most) return false;
  *value = parsed;
  return true;
}

static bool processors(const char *text, double *value) {
  char *end;
  errno = 0;
  if (*text < '0' || *text > '9') return false;
  double parsed = strtod(text, &end);
  if (errno != 0 || *end != '\0' || !isfinite(parsed) || parsed < 0.001 || parsed > 65536) return false;
  *value = parsed;
  return true;
}

static bool group_use(const char *text, enum group_use *value) {
  *value = strcmp(text, "none") == 0 ? CGROUP_NONE : CGROUP_OWN;
  return *value == CGROUP_NONE || strcmp(text, "own") == 0;
}

/* Sets the option `name`. Returns false where the name is unknown or the value is not allowed. */
static bool set_option(struct options *options, const char *name, const char *value) {
  const int64_t ms_max = INT64_C(1000) * 60 * 60 * 24 * 365;
  int64_t number;

  if (strcmp(name, "--cpus") == 0) return processors(value, &options->cpus);
  if (strcmp(name, "--cpu-ms") == 0) return whole_number(value, 1, ms_max, &options->cpu_ms);
  if (strcmp(name, "--wall-ms") == 0) return whole_number(value, 1, ms_max, &options->wall_ms);
  if (strcmp(name, "--nofile") == 0) return whole_number(value, 8, 1 << 20, &options->open_files_max);
  if (strcmp(name, "--fsize") == 0) return whole_number(value, 1, INT64_MAX, &options->file_bytes_max);
  if (strcmp(name, "--disk-bytes") == 0) return whole_number(value, 0, INT64_MAX, &options->disk_bytes_min);
  if (strcmp(name, "--disk-files") == 0) return whole_number(value, 0, INT64_MAX, &options->disk_files_min);
  if (strcmp(name, "--memory-bytes") == 0) return whole_number(value, 1, INT64_MAX, &options->memory_bytes);
  if (strcmp(name, "--pids") == 0) return whole_number(value, 1, INT32_MAX, &options->pids);
  if (strcmp(name, "--nproc") == 0) return whole_number(value, 1, INT32_MAX, &options->user_processes_max);
  if (strcmp(name, "--cgroup") == 0) return group_use(value, &options->cgroup);
  if (strcmp(name, "--content") == 0) return whole_number(value, 0, INT64_MAX, &options->content);
  if (strcmp(name, "--port") == 0) {
    if (!whole_number(value, 1, 65535, &number)) return false;
    options->port = (uint16_t)number;
    return true;
  }
  /* Never 0 (root), and never the highest number, which the kernel reads as "unchanged". */
  if (strcmp(name, "--uid") == 0) {
    if (!whole_number(value, 1, (int64_t)UINT32_MAX - 1, &number)) return false;
    options->uid = (uid_t)number;
    return true;
  }
  if (strcmp(name, "--gid") == 0) {
    if (!whole_number(value, 1, (int64_t)UINT32_MAX - 1, &number)) return false;
    options->gid = (gid_t)number;
    return true;
  }
  return false;
}

int options_parse(struct options *options, int count, char **arguments, char *complaint, size_t complaint_size) {
  *options = (struct options){0};

  for (int i = 1; i < count && strcmp(arguments[i], "--") != 0; i += 2) {
    if (i + 1 >= count) {
      snprintf(complaint, complaint_size, "%s has no value", arguments[i]);
      return -1;
    }
    if (!set_option(options, arguments[i], arguments[i + 1])) {
      snprintf(complaint, complaint_size, "unknown option or value: %s %s", arguments[i], arguments[i + 1]);
      return -1;
    }
  }

  const char *missing = NULL;
  if (options->uid == 0) missing = "--uid";
  if (options->gid == 0) missing = "--gid";
  if (options->cpu_ms == 0) missing = "--cpu-ms";
  if (options->wall_ms == 0) missing = "--wall-ms";
  if (options->cpus == 0) missing = "--cpus";
  if (options->port == 0) missing = "--port";
  if (options->open_files_max == 0) missing = "--nofile";
  if (options->file_bytes_max == 0) missing = "--fsize";
  if (missing == NULL) return 0;
  snprintf(complaint, complaint_size, "%s is missing", missing);
  return -1;
}
