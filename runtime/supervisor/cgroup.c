#include "cgroup.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Is `word` one of the comma-separated words of `list`? */
static bool has_word(const char *list, const char *word) {
  size_t length = strlen(word);
  for (const char *at = list; (at = strstr(at, word)) != NULL; at += length) {
    bool begins = at == list || at[-1] == ',';
    bool ends = at[length] == '\0' || at[length] == ',';
    if (begins && ends) return true;
  }
  return false;
}

/* Reads from /proc/self/cgroup which group we are in: of `controller` in version 1, or of version 2 where it is NULL. */
static bool own_group(const char *controller, char *group, size_t size) {
  FILE *file = fopen("/proc/self/cgroup", "re");
  if (file == NULL) return false;
  char *line = NULL;
  size_t capacity = 0;
  bool found = false;

  while (!found && getline(&line, &capacity, file) > 0) {
    line[strcspn(line, "\n")] = '\0';
    char *controllers = strchr(line, ':');
    if (controllers == NULL) continue;
    char *path = strchr(++controllers, ':');
    if (path == NULL) continue;
    *path++ = '\0';
    found = controller == NULL ? *controllers == '\0' : has_word(controllers, controller);
    if (found) snprintf(group, size, "%s", path);
  }
  free(line);
  fclose(file);
  return found;
}

/*
 * The directory in which our own group's files lie. A mount shows the hierarchy from some root on: what of our group's
 * path comes after that root is the path inside the mount. A root that isn't above us (a private group namespace)
 * means that the mount point itself is ours.
 */
static bool own_directory(const char *controller, char *directory, size_t size) {
  char group[PATH_MAX];
  if (!own_group(controller, group, sizeof group)) return false;
  FILE *file = fopen("/proc/self/mountinfo", "re");
  if (file == NULL) return false;
  char *line = NULL;
  size_t capacity = 0;
  bool found = false;

  while (!found && getline(&line, &capacity, file) > 0) {
    line[strcspn(line, "\n")] = '\0';
    char root[PATH_MAX], mount_point[PATH_MAX], type[64], options[1024];
    char *after = strstr(line, " - ");
    if (after == NULL || sscanf(line, "%*s %*s %*s %4095s %4095s", root, mount_point) != 2) continue;
    if (sscanf(after, " - %63s %*s %1023s", type, options) != 2) continue;
    found = controller == NULL ? strcmp(type, "cgroup2") == 0
                               : strcmp(type, "cgroup") == 0 && has_word(options, controller);
    if (!found) continue;

    size_t shared = strcmp(root, "/") == 0 ? 0 : strlen(root);
    bool below = strncmp(group, root, shared) == 0 && (group[shared] == '/' || group[shared] == '\0');
    const char *rest = below ? group + shared : "";
    found = snprintf(directory, size, "%s%s", mount_point, strcmp(rest, "/") == 0 ? "" : rest) < (int)size;
  }
  free(line);
  fclose(file);
  return found;
}

static int open_counter(const char *controller, const char *name) {
  char directory[PATH_MAX], path[PATH_MAX + 64];
  if (!own_directory(controller, directory, sizeof directory)) return -1;
  snprintf(path, sizeof path, "%s/%s", directory, name);
  return open(path, O_RDONLY | O_CLOEXEC);
}

static int open_directory(const char *controller) {
  char directory[PATH_MAX];
  if (!own_directory(controller, directory, sizeof directory)) return -1;
  return open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* Reads a whole small file anew. */
static bool read_counter(int fd, char *text, size_t size) {
  if (fd < 0) return false;
  ssize_t length = pread(fd, text, size - 1, 0);
  if (length <= 0) return false;
  text[length] = '\0';
  return true;
}

/*
 * With what was swapped out: it counts for the limit as well, so who has the kernel swap reaches that without ever
 * having much in memory. Where the kernel doesn't count it, memory alone.
 */
static int open_memory_peak(void) {
  char text[64];
  int fd = open_counter("memory", "memory.memsw.max_usage_in_bytes");
  if (fd >= 0 && read_counter(fd, text, sizeof text)) return fd;
  if (fd >= 0) close(fd);
  return open_counter("memory", "memory.max_usage_in_bytes");
}

void cgroup_open(struct cgroup *cgroup) {
  *cgroup = (struct cgroup){
      .version = 0,
      .cpu_fd = -1,
      .memory_peak_fd = -1,
      .pids_events_fd = -1,
      .oom_fd = -1,
      .pids_current_fd = -1,
      .pids_directory_fd = -1,
  };

  cgroup->cpu_fd = open_counter("cpuacct", "cpuacct.usage");
  if (cgroup->cpu_fd >= 0) {
    cgroup->version = 1;
  } else {
    cgroup->cpu_fd = open_counter(NULL, "cpu.stat");
    if (cgroup->cpu_fd >= 0) cgroup->version = 2;
  }

  cgroup->memory_peak_fd = open_memory_peak();
  if (cgroup->memory_peak_fd < 0) cgroup->memory_peak_fd = open_counter(NULL, "memory.peak");
  cgroup->oom_fd = open_counter("memory", "memory.oom_control");
  if (cgroup->oom_fd < 0) cgroup->oom_fd = open_counter(NULL, "memory.events");
  const char *pids = "pids";
  cgroup->pids_events_fd = open_counter(pids, "pids.events");
  if (cgroup->pids_events_fd < 0) cgroup->pids_events_fd = open_counter(pids = NULL, "pids.events");
  cgroup->pids_current_fd = open_counter(pids, "pids.current");
  cgroup->pids_directory_fd = open_directory(pids);
}

bool cgroup_cpu_us(const struct cgroup *cgroup, int64_t *us) {
  char text[1024];
  if (!read_counter(cgroup->cpu_fd, text, sizeof text)) return false;

  if (cgroup->version == 1) {
    *us = strtoll(text, NULL, 10) / 1000;
    return true;
  }
  const char *field = strstr(text, "usage_usec ");
  if (field == NULL) return false;
  *us = strtoll(field + strlen("usage_usec "), NULL, 10);
  return true;
}

bool cgroup_oom_kills(const struct cgroup *cgroup, int64_t *count) {
  char text[512];
  if (!read_counter(cgroup->oom_fd, text, sizeof text)) return false;
  const char *field = strstr(text, "oom_kill ");
  if (field == NULL) return false;
  *count = strtoll(field + strlen("oom_kill "), NULL, 10);
  return true;
}

bool cgroup_forks_refused(const struct cgroup *cgroup, int64_t *count) {
  char text[128];
  if (!read_counter(cgroup->pids_events_fd, text, sizeof text) || strncmp(text, "max ", 4) != 0) return false;
  *count = strtoll(text + 4, NULL, 10);
  return true;
}

bool cgroup_memory_peak(const struct cgroup *cgroup, int64_t *bytes) {
  char text[64];
  if (!read_counter(cgroup->memory_peak_fd, text, sizeof text)) return false;
  *bytes = strtoll(text, NULL, 10);
  return true;
}

void cgroup_close(struct cgroup *cgroup) {
  int *counters[] = {&cgroup->cpu_fd,          &cgroup->memory_peak_fd,    &cgroup->pids_events_fd,
                     &cgroup->pids_current_fd, &cgroup->pids_directory_fd, &cgroup->oom_fd};
  for (size_t i = 0; i < sizeof counters / sizeof *counters; i++) {
    if (*counters[i] >= 0) close(*counters[i]);
    *counters[i] = -1;
  }
  cgroup->version = 0;
}

static int open_either(const char *controller, const char *first, const char *second) {
  int fd = open_counter(controller, first);
  return fd < 0 ? open_counter(NULL, second) : fd;
}

static int64_t read_limit(int fd) {
  char text[64];
  bool read = read_counter(fd, text, sizeof text);
  if (fd >= 0) close(fd);
  if (!read) return -1;
  return strncmp(text, "max", 3) == 0 ? INT64_MAX : strtoll(text, NULL, 10);
}

int64_t cgroup_memory_max(void) {
  return read_limit(open_either("memory", "memory.limit_in_bytes", "memory.max"));
}

int64_t cgroup_pids_limit(void) { return read_limit(open_either("pids", "pids.max", "pids.max")); }

int64_t cgroup_swap_max(int64_t memory_max) {
  int64_t both = read_limit(open_counter("memory", "memory.memsw.limit_in_bytes"));
  if (both >= 0) return both;
  int64_t swap = read_limit(open_counter(NULL, "memory.swap.max"));
  return swap < 0 || swap > INT64_MAX - memory_max ? swap : memory_max + swap;
}

bool cgroup_is_same(const char *controller, const char *other) {
  char group[PATH_MAX], other_group[PATH_MAX];
  return own_group(controller, group, sizeof group) && own_group(other, other_group, sizeof other_group) &&
         strcmp(group, other_group) == 0;
}

bool cgroup_processes(const struct cgroup *cgroup, int64_t rough, int64_t *count) {
  char text[8192];
  if (!read_counter(cgroup->pids_current_fd, text, sizeof text)) return false;
  *count = strtoll(text, NULL, 10);
  if (*count <= rough) return true;

  /* Opened each time: version 1 goes on showing the list as it was when the file was first read. */
  int fd = openat(cgroup->pids_directory_fd, "cgroup.procs", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  *count = 0;
  ssize_t length;
  while ((length = read(fd, text, sizeof text)) > 0)
    for (ssize_t i = 0; i < length; i++) *count += text[i] == '\n';
  close(fd);
  return true;
}
