#pragma once

#include "number.h"

#define RESOURCES 4
enum { CPU_SECONDS, MEMORY_MB, TOKENS, ATTENTION };
extern const char *const RESOURCE_NAMES[RESOURCES];

/* What one execution may use, in millionths of the units. */
struct bundle {
  int64_t amounts[RESOURCES];
};

/* Reads cpu_seconds=1,memory_mb=64 or the same as JSON; what isn't named is 0. Ends the command where it is neither. */
struct bundle bundle_read(const char *words, const char *option);
/* Of an answer: an object with the four, more besides is left alone. */
struct bundle bundle_of(struct json object);
/* In the units that are sold: milliseconds, whole MB and tokens, and at least what an execution needs. Rounds up. */
struct bundle bundle_whole(struct bundle bundle);
void bundle_say_json(struct text *text, const struct bundle *bundle);
void bundle_say_words(struct text *text, const struct bundle *bundle);
/* As JSON what was given in words, and nothing rounded: what is wrong with it is the service's to say. */
void bundle_say_given(struct text *text, const char *words, const char *option);
