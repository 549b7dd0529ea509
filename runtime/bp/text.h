#pragma once

#include <stdbool.h>
#include <stddef.h>

/* No request and no answer is larger: memory is what an agent pays for. */
#define TEXT_BYTES_MAX ((size_t)8 << 20)

/* Bytes that grow; there is always a null byte behind them. */
struct text {
  char *bytes;
  size_t length;
  size_t room;
};

/* Ends the command where there would be more than TEXT_BYTES_MAX of them. */
void text_add(struct text *text, const char *bytes, size_t count);
void text_say(struct text *text, const char *words);
/* A string of JSON. */
void text_quote(struct text *text, const char *bytes, size_t count);
/* As a part of an address. */
void text_percent(struct text *text, const char *bytes, size_t count);
void text_base64(struct text *text, const unsigned char *bytes, size_t count);
/* All that a descriptor gives. Returns false where it can't be read. */
bool text_read(struct text *text, int descriptor);
