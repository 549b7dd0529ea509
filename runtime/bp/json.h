#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "text.h"

/* As deep as any answer of the service is; what is deeper is not read. */
#define JSON_DEPTH_MAX 128

/* One value inside of a text that json_read has found well-formed. Nothing is copied and nothing allocated. */
struct json {
  const char *bytes;
  size_t length;
};

enum json_kind { JSON_OBJECT, JSON_ARRAY, JSON_STRING, JSON_NUMBER, JSON_TRUE, JSON_FALSE, JSON_NULL };

/* Reads one whole value. Returns false where that is no JSON or too deep. */
bool json_read(const char *bytes, size_t count, struct json *value);
enum json_kind json_kind(struct json value);

/* Goes through an object or an array. */
struct json_walk {
  const char *at;
  const char *end;
  bool is_object;
};
struct json_walk json_walk(struct json value);
/* Gives the next member or element; `key` is a string, and left alone in an array. Returns false after the last. */
bool json_next(struct json_walk *walk, struct json *key, struct json *value);
size_t json_count(struct json value);

/* The member of this name. */
bool json_member(struct json object, const char *name, struct json *value);
/* What stands at a dotted path; parts that are numbers are places in arrays. */
bool json_path(struct json from, const char *path, struct json *value);
/* Whether a string says this. */
bool json_is(struct json string, const char *words);
/* What a string says, in UTF-8. */
void json_say(struct json string, struct text *text);
