#include "report.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { STREAM = STDERR_FILENO, STREAM_PATIENCE_MS = 200 };

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

static void say(const char *line) {
  size_t length = strlen(line), sent = 0;
  while (sent < length) {
    ssize_t count = write(STREAM, line + sent, length - sent);
    if (count > 0) {
      sent += (size_t)count;
      continue;
    }
    /* A full pipe whose reader has gone away for long must not keep us from ending. */
    struct pollfd stream = {.fd = STREAM, .events = POLLOUT};
    if (poll(&stream, 1, STREAM_PATIENCE_MS) <= 0 || (stream.revents & POLLOUT) == 0) return;
  }
}

static void keep(const char *line, const char *report_dir) {
  int directory = open(report_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return;
  int file = openat(directory, "report.json.tmp", O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (file >= 0) {
    size_t length = strlen(line);
    bool whole = write(file, line, length) == (ssize_t)length;
    if (close(file) == 0 && whole) renameat(directory, "report.json.tmp", directory, "report.json");
  }
  close(directory);
}

void report_ready(int cgroup_version) {
  char line[96];
  if (cgroup_version == 0) {
    say("{\"event\":\"ready\",\"cgroup_version\":null}\n");
    return;
  }
  snprintf(line, sizeof line, "{\"event\":\"ready\",\"cgroup_version\":%d}\n", cgroup_version);
  say(line);
}

void report_started(const char *entry) {
  char line[96];
  snprintf(line, sizeof line, "{\"event\":\"started\",\"entry\":\"%s\"}\n", entry);
  say(line);
}

void report_failed(const char *detail) {
  char line[1024], text[768];
  snprintf(line, sizeof line, "{\"event\":\"failed\",\"detail\":\"%s\"}\n", escaped(detail, text, sizeof text));
  say(line);
}

void report_ended(const struct ending *ending, const char *report_dir) {
  char line[2048], detail[1024], exit_code[24], signal[24], cpu[24], memory[24], kills[24];
  snprintf(line, sizeof line,
           "{\"event\":\"ended\",\"cause\":\"%s\",\"exit_code\":%s,\"signal\":%s,\"cpu_us\":%s,"
           "\"memory_peak_bytes\":%s,\"oom_kills\":%s,\"wall_ms\":%lld,\"tree_empty\":%s,\"detail\":\"%s\"}\n",
           ending->cause, number_or_null(ending->exit_code, exit_code, sizeof exit_code),
           number_or_null(ending->signal, signal, sizeof signal), number_or_null(ending->cpu_us, cpu, sizeof cpu),
           number_or_null(ending->memory_peak_bytes, memory, sizeof memory),
           number_or_null(ending->oom_kills, kills, sizeof kills), (long long)ending->wall_ms,
           ending->tree_empty ? "true" : "false", escaped(ending->detail, detail, sizeof detail));
  /* First where it lasts: who reads the stream may act on it at once. */
  if (report_dir != NULL) keep(line, report_dir);
  say(line);
}
