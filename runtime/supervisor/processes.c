#include "processes.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

typedef void look_at(int proc, const char *name, struct processes *seen);

int64_t processes_waited_ticks(const char *stat) {
  enum { STATE = 3, WAITED_USER = 16, WAITED_SYSTEM = 17 };
  int64_t ticks = 0;
  /* Its name may hold anything, brackets and spaces too. */
  const char *at = strrchr(stat, ')');
  for (int field = STATE; at != NULL && field <= WAITED_SYSTEM; field++) {
    at = strchr(at + 1, ' ');
    if (at != NULL && field >= WAITED_USER) ticks += strtoll(at + 1, NULL, 10);
  }
  return at == NULL ? -1 : ticks;
}

static void add_waited(int proc, const char *name, struct processes *seen) {
  static int64_t tick_us;
  char path[32], text[1024];
  snprintf(path, sizeof path, "%s/stat", name);
  int fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  ssize_t length = read(fd, text, sizeof text - 1);
  close(fd);
  if (length <= 0) return;
  text[length] = '\0';
  if (tick_us == 0) tick_us = 1000000 / sysconf(_SC_CLK_TCK);
  int64_t ticks = processes_waited_ticks(text);
  if (ticks <= 0) return;
  seen->cpu_us += ticks * tick_us;
  seen->parents++;
}

static void add_own(int proc, const char *name, struct processes *seen) {
  (void)proc;
  struct timespec used;
  /* The kernel's number for the clock of another process: of all its threads, to the nanosecond, also when it has ended. */
  clockid_t clock = (clockid_t)((~(unsigned)atoi(name) << 3) | 2U);
  if (clock_gettime(clock, &used) != 0) return;
  seen->cpu_us += (int64_t)used.tv_sec * 1000000 + used.tv_nsec / 1000;
  seen->count++;
}

static bool each(int proc, look_at *look, struct processes *seen) {
  static char entries[32768];
  long length;
  if (lseek(proc, 0, SEEK_SET) != 0) return false;
  while ((length = syscall(SYS_getdents64, proc, entries, sizeof entries)) > 0) {
    for (long at = 0; at < length;) {
      const struct dirent64 *entry = (const struct dirent64 *)(const void *)(entries + at);
      at += entry->d_reclen;
      bool is_process = *entry->d_name >= '0' && *entry->d_name <= '9';
      if (is_process && strcmp(entry->d_name, "1") != 0) look(proc, entry->d_name, seen);
    }
  }
  return length == 0;
}

/*
 * What was waited for comes first, from parents to children (the kernel lists by number, and numbers come round again only
 * after millions of processes), then what the living have used: so who is waited for meanwhile is counted by none.
 */
bool processes_look(struct processes *seen) {
  struct rusage waited;
  *seen = (struct processes){0};
  int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (proc < 0) return false;
  bool whole = getrusage(RUSAGE_CHILDREN, &waited) == 0 && each(proc, add_waited, seen) && each(proc, add_own, seen);
  close(proc);
  if (!whole) return false;
  seen->cpu_us += (int64_t)(waited.ru_utime.tv_sec + waited.ru_stime.tv_sec) * 1000000;
  seen->cpu_us += waited.ru_utime.tv_usec + waited.ru_stime.tv_usec;
  return true;
}
