#include "report.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

/* A volume of its own, that only root may enter; where there is none, nothing is kept. */
#define DIRECTORY "/run/bp-report"

/* Writes `text` as the inside of a JSON string. What does not fit is cut. */
static const char *escaped(const char *text, char *out, size_t size) {
  size_t used = 0;
  for (const unsigned char *c = (const unsigned char *)text; *c != '\0' && used + 7 < size; c++) {
    if (*c == '"' || *c == '\\') {
      out[used++] = '\\';
      out[used++] = (char)*c;
    } else if (*c < 0x20 || *c >= 0x7f) {
      used += (size_t)snprintf(out + used, size - used, "\\u%04x", *c);
    } else {
      out[used++] = (char)*c;
    }
  }
  out[used] = '\0';
  return out;
}

static const char *number_or_null(int64_t number, char *out, size_t size) {
  if (number < 0) return "null";
  snprintf(out, size, "%lld", (long long)number);
  return out;
}

static const char *hold_text(enum hold hold) {
  if (hold == HOLD_UNKNOWN) return "null";
  return hold == HOLD_HARD ? "true" : "false";
}

void report_ready(char line[REPORT_LINE_SIZE], const struct progress *progress) {
  char version[24];
  int64_t number = progress->cgroup_version == 0 ? -1 : progress->cgroup_version;
  char limits[128] = "";
  if (progress->tells_limits)
    snprintf(limits, sizeof limits, ",\"held\":{\"memory\":%s,\"swap\":%s,\"processes\":%s,\"cpu\":\"%s\"}",
             hold_text(progress->held.memory), hold_text(progress->held.swap), hold_text(progress->held.processes),
             progress->by_processes ? "processes" : "group");
  snprintf(line, REPORT_LINE_SIZE,
           "{\"event\":\"ready\",\"cgroup_version\":%s,\"going\":%s,\"wall_ms\":%lld,\"requests\":%lld,\"tells_use\":true%s}\n",
           number_or_null(number, version, sizeof version), progress->going ? "true" : "false",
           (long long)progress->wall_ms, (long long)progress->requests, limits);
}

void report_used(char line[REPORT_LINE_SIZE], int64_t cpu_us, int64_t memory_peak_bytes) {
  char cpu[24], memory[24];
  snprintf(line, REPORT_LINE_SIZE, "{\"event\":\"used\",\"cpu_us\":%s,\"memory_peak_bytes\":%s}\n",
           number_or_null(cpu_us, cpu, sizeof cpu), number_or_null(memory_peak_bytes, memory, sizeof memory));
}

void report_started(char line[REPORT_LINE_SIZE], const char *entry) {
  snprintf(line, REPORT_LINE_SIZE, "{\"event\":\"started\",\"entry\":\"%s\"}\n", entry);
}

void report_ended(char line[REPORT_LINE_SIZE], const struct ending *ending) {
  char detail[1024], exit_code[24], signal[24], cpu[24], memory[24], kills[24];
  snprintf(line, REPORT_LINE_SIZE,
           "{\"event\":\"ended\",\"cause\":\"%s\",\"exit_code\":%s,\"signal\":%s,\"cpu_us\":%s,"
           "\"memory_peak_bytes\":%s,\"oom_kills\":%s,\"wall_ms\":%lld,\"tree_empty\":%s,"
           "\"output_bytes\":%lld,\"requests\":%lld,\"detail\":\"%s\"}\n",
           ending->cause, number_or_null(ending->exit_code, exit_code, sizeof exit_code),
           number_or_null(ending->signal, signal, sizeof signal), number_or_null(ending->cpu_us, cpu, sizeof cpu),
           number_or_null(ending->memory_peak_bytes, memory, sizeof memory),
           number_or_null(ending->oom_kills, kills, sizeof kills), (long long)ending->wall_ms,
           ending->tree_empty ? "true" : "false", (long long)ending->output_bytes, (long long)ending->requests,
           escaped(ending->detail, detail, sizeof detail));
}

/* Whole or not at all: `name` appears when it is complete. */
static void write_file(int directory, const char *name, struct iovec pieces[2]) {
  char unfinished[32];
  snprintf(unfinished, sizeof unfinished, "%s.tmp", name);
  int file = openat(directory, unfinished, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (file < 0) return;
  bool whole = true;
  for (int i = 0; i < 2 && whole; i++) {
    const char *bytes = pieces[i].iov_base;
    for (size_t done = 0; done < pieces[i].iov_len && whole;) {
      ssize_t count = write(file, bytes + done, pieces[i].iov_len - done);
      whole = count > 0;
      if (whole) done += (size_t)count;
    }
  }
  if (close(file) == 0 && whole)
    renameat(directory, unfinished, directory, name);
  else
    unlinkat(directory, unfinished, 0);
}

void report_keep(const char *ended_line, const struct output *output) {
  struct iovec held[2], sources[2];
  struct iovec line[2] = {{.iov_base = (void *)(uintptr_t)ended_line, .iov_len = strlen(ended_line)}};
  int directory = open(DIRECTORY, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return;
  /* First, so that who finds the report finds this, too. */
  output_held(output, held);
  output_held_sources(output, sources);
  if (held[0].iov_len > 0) write_file(directory, "sources", sources);
  if (held[0].iov_len > 0) write_file(directory, "output", held);
  write_file(directory, "report.json", line);
  close(directory);
}

void report_failure(const char *detail) {
  char line[512] = "bp-supervisor: ";
  size_t length = strlen(line);
  /* It is shown to the operator, and may name what was put in. */
  for (; *detail != '\0' && length < sizeof line - 1; detail++)
    line[length++] = *detail < 0x20 || *detail > 0x7e ? '?' : *detail;
  line[length++] = '\n';
  /* A full pipe whose reader has gone away must not keep us from ending. */
  fcntl(STDERR_FILENO, F_SETFL, fcntl(STDERR_FILENO, F_GETFL) | O_NONBLOCK);
  if (write(STDERR_FILENO, line, length) < 0) return;
}
