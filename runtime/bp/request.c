#include "request.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bundle.h"
#include "number.h"
#include "problem.h"
#include "service.h"

const char *request_input(const char *value) {
  static struct text input;
  if (value != NULL && strcmp(value, "-") != 0) return value;
  if (input.bytes == NULL) {
    text_say(&input, "");
    if (!text_read(&input, STDIN_FILENO)) fail(MISUSED, "unreadable_input", "stdin can't be read");
    if (strlen(input.bytes) != input.length) fail(MISUSED, "unreadable_input", "stdin has a null byte");
  }
  return input.bytes;
}

static void add_json(struct text *body, const struct field *field, const char *value) {
  struct json json;
  if (!json_read(value, strlen(value), &json)) fail(MISUSED, "wrong_type", "--%s must be JSON: %.60s", field->option, value);
  text_say(body, value);
}

static void add_value(struct text *body, const struct field *field, const char *value) {
  switch (field->type) {
    case TEXT: text_quote(body, value, strlen(value)); return;
    case FLAG:
      if (strcmp(value, "true") != 0 && strcmp(value, "false") != 0)
        fail(MISUSED, "wrong_type", "--%s must be true or false", field->option);
      text_say(body, value);
      return;
    case NUMBER:
      if (!number_is_json(value)) fail(MISUSED, "wrong_type", "--%s must be a number: %.60s", field->option, value);
      text_say(body, value);
      return;
    case BUNDLE:
      if (value[strspn(value, " \n")] == '{')
        add_json(body, field, value);
      else
        bundle_say_given(body, value, field->option);
      return;
    case LIST:
      text_say(body, value);
      text_say(body, "]");
      return;
    case JSON: add_json(body, field, value); return;
  }
}

static void add_name(struct text *body, const char *name, size_t length) {
  if (body->bytes[body->length - 1] != '{') text_say(body, ",");
  text_quote(body, name, length);
  text_say(body, ":");
}

/* The fields that stand in the one at `place`. Returns whether there were any. */
static bool add_nested(struct text *body, const struct arguments *arguments, const struct field *outer) {
  size_t length = strlen(outer->name);
  bool is_open = false;
  for (size_t i = 0; i < arguments->route->count; i++) {
    const struct field *field = &arguments->route->fields[i];
    const char *value = arguments->values[i];
    if (value == NULL || strncmp(field->name, outer->name, length) != 0 || field->name[length] != '.') continue;
    if (!is_open) {
      add_name(body, outer->name, length);
      text_say(body, "{");
      is_open = true;
    }
    add_name(body, field->name + length + 1, strlen(field->name + length + 1));
    add_value(body, field, value);
  }
  if (is_open) text_say(body, "}");
  return is_open;
}

static void add_fields(struct text *body, const struct arguments *arguments) {
  text_say(body, "{");
  for (size_t i = 0; i < arguments->route->count; i++) {
    const struct field *field = &arguments->route->fields[i];
    const char *value = arguments->values[i];
    if (field->place != IN_BODY || strchr(field->name, '.') != NULL) continue;
    bool is_nested = add_nested(body, arguments, field);
    if (value == NULL) continue;
    if (is_nested) fail(MISUSED, "twice", "--%s and its parts can't be given together", field->option);
    add_name(body, field->name, strlen(field->name));
    add_value(body, field, value);
  }
  text_say(body, "}");
}

/* The route's path with the values that it names, and the query behind it. */
static void add_path(struct text *path, const struct arguments *arguments) {
  const char *at = arguments->route->path;
  char mark = '?';
  while (*at != '\0') {
    size_t length = strcspn(at, "{");
    text_add(path, at, length);
    at += length;
    if (*at == '\0') break;
    char name[32];
    length = strcspn(++at, "}");
    if (length >= sizeof name) abort();
    memcpy(name, at, length);
    name[length] = '\0';
    const char *value = arguments_get(arguments, name);
    if (value == NULL || *value == '\0') fail(MISUSED, "missing_field", "bp %s needs %s", arguments->command->name, name);
    text_percent(path, value, strlen(value));
    at += length + 1;
  }
  for (size_t i = 0; i < arguments->route->count; i++) {
    const struct field *field = &arguments->route->fields[i];
    if (field->place != IN_QUERY || arguments->values[i] == NULL) continue;
    text_add(path, &mark, 1);
    text_say(path, field->name);
    text_say(path, "=");
    text_percent(path, arguments->values[i], strlen(arguments->values[i]));
    mark = '&';
  }
}

struct text request_raw(const struct arguments *arguments, const char *method, const char *path, const struct text *body) {
  if (*path != '/') fail(MISUSED, "invalid_path", "a path begins with /: %s", path);
  for (const char *at = path; *at != '\0'; at++)
    if (*at <= ' ' || *at > '~') fail(MISUSED, "invalid_path", "a path has no spaces and only ASCII: %s", path);
  return service_ask(method, path, body, arguments->key);
}

static bool is_given(const struct arguments *arguments, enum place place) {
  for (size_t i = 0; i < arguments->route->count; i++)
    if (arguments->values[i] != NULL && arguments->route->fields[i].place == place) return true;
  return false;
}

struct text request_send(const struct arguments *arguments) {
  const struct route *route = arguments->route;
  struct text path = {0}, body = {0};
  const char *whole = arguments_get(arguments, "body");
  bool has_body = strcmp(route->method, "POST") == 0;
  if (arguments->key != NULL && !route->takes_key)
    fail(MISUSED, "unknown_option", "--key; %s can't be asked to be done only once", route->operation);
  add_path(&path, arguments);
  if (has_body && (whole != NULL || route->takes_any_body)) {
    if (is_given(arguments, IN_BODY)) fail(MISUSED, "twice", "a body and its fields can't be given together");
    text_say(&body, request_input(whole));
  } else if (has_body)
    add_fields(&body, arguments);
  else if (whole != NULL)
    fail(MISUSED, "too_many", "%s takes no body", route->operation);
  return request_raw(arguments, route->method, path.bytes, has_body ? &body : NULL);
}
