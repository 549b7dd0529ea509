#pragma once

#include "commands.h"
#include "text.h"

#define FIELDS_MAX 24
#define NAMES_MAX 32

/* What a command was given. */
struct arguments {
  const struct command *command;
  const struct route *route;
  /* By the place of the field: those of the route first, then those of the command. NULL where not given. Of a list: as
   * JSON, but for its end. */
  const char *values[FIELDS_MAX];
  const char *names[NAMES_MAX];
  size_t name_count;
  const char *key;
  bool as_json;
  bool wants_help;
};

/* Reads them; ends the command where they make no sense. */
void arguments_read(struct arguments *arguments, int count, char **words);
size_t arguments_count(const struct arguments *arguments);
const struct field *arguments_field(const struct arguments *arguments, size_t place);
/* The value of a field by its name; NULL where it wasn't given. */
const char *arguments_get(const struct arguments *arguments, const char *name);
/* Sets it as if it had been given. */
void arguments_set(struct arguments *arguments, const char *name, const char *value);
/* Prints an answer as it was asked for. */
void arguments_show(const struct arguments *arguments, const struct text *answer);
