#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "json.h"

/* Quantities and credits are whole numbers of millionths, so that nothing is rounded but where the market rounds. */
#define MILLION INT64_C(1000000)

/* Reads a decimal that is not negative, up to 10^12. What lies under a millionth is rounded up. */
bool number_read(const char *digits, size_t count, int64_t *millionths);
/* Of a number in an answer; false where there is none, or null. */
bool number_at(struct json from, const char *path, int64_t *millionths);
/* Whether JSON writes a number so. */
bool number_is_json(const char *words);
/* Adds it without trailing zeros. */
void number_say(struct text *text, int64_t millionths);
