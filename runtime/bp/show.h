#pragma once

#include <stdio.h>

#include "json.h"

/* How an answer is printed. */
struct view {
  bool as_json;
  /* Names that were asked for; all of them where there is none. */
  const char *const *names;
  size_t count;
};

/* Prints an answer for a shell: values, lines of `name value`, or rows with a tab between two columns. */
void show(const struct text *answer, const struct view *view);
/* A value; of what others wrote nothing ends a line or moves a cursor. Null and the empty text are `-`. */
void show_value(FILE *stream, struct json value);
void show_escaped(FILE *stream, const char *bytes, size_t count);
