#include "arguments.h"

#include <string.h>
#include <unistd.h>

#include "problem.h"
#include "show.h"

size_t arguments_count(const struct arguments *arguments) {
  return (arguments->route == NULL ? 0 : arguments->route->count) + arguments->command->own_count;
}

const struct field *arguments_field(const struct arguments *arguments, size_t place) {
  size_t of_route = arguments->route == NULL ? 0 : arguments->route->count;
  return place < of_route ? &arguments->route->fields[place] : &arguments->command->own[place - of_route];
}

static const char **find(struct arguments *arguments, const char *name, bool is_option) {
  for (size_t i = 0; i < arguments_count(arguments); i++) {
    const struct field *field = arguments_field(arguments, i);
    if (strcmp(is_option ? field->option : field->name, name) == 0) return &arguments->values[i];
  }
  return NULL;
}

const char *arguments_get(const struct arguments *arguments, const char *name) {
  const char **value = find((struct arguments *)arguments, name, false);
  return value == NULL ? NULL : *value;
}

void arguments_set(struct arguments *arguments, const char *name, const char *value) {
  const char **place = find(arguments, name, false);
  if (place != NULL) *place = value;
}

static void add_name(struct arguments *arguments, const char *name) {
  if (arguments->name_count == NAMES_MAX) fail(MISUSED, "too_many", "at most %d names can be shown", NAMES_MAX);
  arguments->names[arguments->name_count++] = name;
}

/* --show id,amount: the commas become the ends of names. */
static void add_names(struct arguments *arguments, char *names) {
  for (char *name = strtok(names, ","); name != NULL; name = strtok(NULL, ",")) add_name(arguments, name);
}

/* Each option of a list's name makes it longer. */
static const char *longer(const char *list, const char *value) {
  struct text longer = {0};
  text_say(&longer, list == NULL ? "[" : list);
  if (list != NULL) text_say(&longer, ",");
  text_quote(&longer, value, strlen(value));
  return longer.bytes;
}

/* Takes `--name value` or `--name=value`. Returns how many words that were. */
static int take_option(struct arguments *arguments, char **words, int left) {
  char *name = words[0] + 2;
  char *value = strchr(name, '=');
  if (strcmp(name, "help") == 0) arguments->wants_help = true;
  if (strcmp(name, "json") == 0) arguments->as_json = true;
  if (strcmp(name, "help") == 0 || strcmp(name, "json") == 0) return 1;
  int taken = value == NULL ? 2 : 1;
  if (value != NULL)
    *value++ = '\0';
  else if (left > 1)
    value = words[1];
  const char **place = find(arguments, name, true);
  bool is_known = place != NULL || strcmp(name, "key") == 0 || strcmp(name, "show") == 0;
  if (!is_known) fail(MISUSED, "unknown_option", "--%s; bp %s --help lists them", name, arguments->command->name);
  if (value == NULL) fail(MISUSED, "missing_value", "--%s needs a value", name);
  if (place != NULL)
    *place = arguments_field(arguments, (size_t)(place - arguments->values))->type == LIST ? longer(*place, value) : value;
  else if (strcmp(name, "key") == 0)
    arguments->key = value;
  else
    add_names(arguments, value);
  return taken;
}

/* The operand at this place by the command's list; returns false where it has no more. */
static bool operand(const struct command *command, size_t place, char name[static 32]) {
  const char *at = command->operands;
  for (;; place--) {
    at += strspn(at, " [");
    size_t length = strcspn(at, " ]");
    if (length == 0 || length >= 32) return false;
    memcpy(name, at, length);
    name[length] = '\0';
    at += length + strspn(at + length, "]");
    if (place == 0) return true;
  }
}

static void check_key(const char *key) {
  for (const char *at = key; *at != '\0'; at++)
    if (*at < '!' || *at > '~') fail(MISUSED, "invalid_idempotency_key", "--key must be 1 to 200 visible ASCII characters");
  if (*key == '\0' || strlen(key) > 200)
    fail(MISUSED, "invalid_idempotency_key", "--key must be 1 to 200 visible ASCII characters");
}

void arguments_read(struct arguments *arguments, int count, char **words) {
  char name[32];
  size_t place = 0;
  bool has_options = true;
  for (int i = 0; i < count;) {
    char *word = words[i];
    if (has_options && strcmp(word, "--") == 0) {
      has_options = false;
      i++;
    } else if (has_options && strcmp(word, "-h") == 0) {
      arguments->wants_help = true;
      i++;
    } else if (has_options && strncmp(word, "--", 2) == 0)
      i += take_option(arguments, words + i, count - i);
    else {
      if (operand(arguments->command, place, name)) {
        arguments_set(arguments, name, word);
        place++;
      } else if (arguments->command->takes_names)
        add_name(arguments, word);
      else
        fail(MISUSED, "too_many", "bp %s takes no more than %s: %s", arguments->command->name,
             *arguments->command->operands == '\0' ? "options" : arguments->command->operands, word);
      i++;
    }
  }
  if (arguments->key != NULL) check_key(arguments->key);
}

void arguments_show(const struct arguments *arguments, const struct text *answer) {
  struct view view = {arguments->as_json, arguments->names, arguments->name_count};
  show(answer, &view);
}
