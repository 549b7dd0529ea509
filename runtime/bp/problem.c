#include "problem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "show.h"

void fail(enum ending ending, const char *code, const char *format, ...) {
  static char line[1024];
  va_list values;
  va_start(values, format);
  vsnprintf(line, sizeof line, format, values);
  va_end(values);
  fflush(stdout);
  fprintf(stderr, "%s: ", code);
  show_escaped(stderr, line, strlen(line));
  fputc('\n', stderr);
  exit(ending);
}

static bool say_member(struct json problem, const char *name, const char *before) {
  struct json value;
  if (!json_member(problem, name, &value) || json_kind(value) == JSON_NULL) return false;
  fputs(before, stderr);
  show_value(stderr, value);
  return true;
}

void refused(enum ending ending, int status, const char *body, size_t length) {
  struct json problem, inner;
  fflush(stdout);
  bool readable = json_read(body, length, &problem);
  /* On /v1 a refusal is the error of the SDK that is meant. */
  if (readable && json_member(problem, "error", &inner) && json_kind(inner) == JSON_OBJECT) problem = inner;
  if (!readable || !say_member(problem, "code", "")) fprintf(stderr, "status_%d", status);
  if (readable) {
    if (!say_member(problem, "detail", ": ")) say_member(problem, "message", ": ");
    bool has_field = say_member(problem, "field", " (field ");
    bool has_limit = say_member(problem, "limit", has_field ? ", limit " : " (limit ");
    if (has_field || has_limit) fputc(')', stderr);
  }
  fputc('\n', stderr);
  exit(ending);
}
