#include "text.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "problem.h"

static void make_room(struct text *text, size_t count) {
  if (count > TEXT_BYTES_MAX || text->length + count > TEXT_BYTES_MAX)
    fail(MISUSED, "too_large", "more than %zu bytes", TEXT_BYTES_MAX);
  size_t needed = text->length + count + 1;
  if (needed <= text->room) return;
  size_t room = text->room == 0 ? 4096 : text->room;
  while (room < needed) room *= 2;
  char *bytes = realloc(text->bytes, room);
  if (bytes == NULL) fail(MISUSED, "out_of_memory", "%zu bytes can't be had", room);
  text->bytes = bytes;
  text->room = room;
}

void text_add(struct text *text, const char *bytes, size_t count) {
  make_room(text, count);
  if (count > 0) memcpy(text->bytes + text->length, bytes, count);
  text->length += count;
  text->bytes[text->length] = '\0';
}

void text_say(struct text *text, const char *words) { text_add(text, words, strlen(words)); }

void text_quote(struct text *text, const char *bytes, size_t count) {
  text_add(text, "\"", 1);
  for (size_t i = 0; i < count; i++) {
    unsigned char byte = (unsigned char)bytes[i];
    char escape[8];
    if (byte == '"' || byte == '\\') {
      snprintf(escape, sizeof escape, "\\%c", byte);
      text_add(text, escape, 2);
    } else if (byte < 0x20) {
      snprintf(escape, sizeof escape, "\\u%04x", byte);
      text_add(text, escape, 6);
    } else
      text_add(text, bytes + i, 1);
  }
  text_add(text, "\"", 1);
}

void text_percent(struct text *text, const char *bytes, size_t count) {
  static const char PLAIN[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  for (size_t i = 0; i < count; i++) {
    char escape[4];
    if (bytes[i] != '\0' && strchr(PLAIN, bytes[i]) != NULL)
      text_add(text, bytes + i, 1);
    else {
      snprintf(escape, sizeof escape, "%%%02X", (unsigned char)bytes[i]);
      text_add(text, escape, 3);
    }
  }
}

void text_base64(struct text *text, const unsigned char *bytes, size_t count) {
  static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  make_room(text, (count + 2) / 3 * 4);
  for (size_t i = 0; i < count; i += 3) {
    size_t left = count - i;
    unsigned group = (unsigned)bytes[i] << 16;
    if (left > 1) group |= (unsigned)bytes[i + 1] << 8;
    if (left > 2) group |= bytes[i + 2];
    char four[4] = {DIGITS[group >> 18], DIGITS[group >> 12 & 63], DIGITS[group >> 6 & 63], DIGITS[group & 63]};
    if (left < 3) four[3] = '=';
    if (left < 2) four[2] = '=';
    text_add(text, four, 4);
  }
}

bool text_read(struct text *text, int descriptor) {
  static char chunk[65536];
  for (;;) {
    ssize_t count = read(descriptor, chunk, sizeof chunk);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    text_add(text, chunk, (size_t)count);
    if (count == 0) return true;
  }
}
