#include "json.h"

#include <stdint.h>
#include <string.h>

struct reader {
  const char *at;
  const char *end;
};

static void skip_space(struct reader *reader) {
  while (reader->at < reader->end && memchr(" \t\r\n", *reader->at, 4) != NULL) reader->at++;
}

static bool take(struct reader *reader, char byte) {
  if (reader->at == reader->end || *reader->at != byte) return false;
  reader->at++;
  return true;
}

static bool take_word(struct reader *reader, const char *word) {
  size_t length = strlen(word);
  if ((size_t)(reader->end - reader->at) < length || memcmp(reader->at, word, length) != 0) return false;
  reader->at += length;
  return true;
}

static bool take_digits(struct reader *reader) {
  const char *from = reader->at;
  while (reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9') reader->at++;
  return reader->at > from;
}

static bool take_number(struct reader *reader) {
  take(reader, '-');
  if (!take(reader, '0') && !take_digits(reader)) return false;
  if (take(reader, '.') && !take_digits(reader)) return false;
  if (!take(reader, 'e') && !take(reader, 'E')) return true;
  if (!take(reader, '+')) take(reader, '-');
  return take_digits(reader);
}

static bool is_hex(char digit) {
  return (digit >= '0' && digit <= '9') || (digit >= 'a' && digit <= 'f') || (digit >= 'A' && digit <= 'F');
}

static bool take_string(struct reader *reader) {
  if (!take(reader, '"')) return false;
  while (reader->at < reader->end) {
    char byte = *reader->at++;
    if (byte == '"') return true;
    if ((unsigned char)byte < 0x20) return false;
    if (byte != '\\') continue;
    if (reader->at == reader->end) return false;
    char escape = *reader->at++;
    if (escape == 'u') {
      if (reader->end - reader->at < 4) return false;
      for (int i = 0; i < 4; i++)
        if (!is_hex(*reader->at++)) return false;
    } else if (memchr("\"\\/bfnrt", escape, 8) == NULL)
      return false;
  }
  return false;
}

static bool take_scalar(struct reader *reader) {
  if (reader->at == reader->end) return false;
  if (*reader->at == '"') return take_string(reader);
  return take_word(reader, "true") || take_word(reader, "false") || take_word(reader, "null") || take_number(reader);
}

static bool take_key(struct reader *reader) {
  skip_space(reader);
  if (!take_string(reader)) return false;
  skip_space(reader);
  return take(reader, ':');
}

/* One value with all that is in it, without recursion. */
static bool take_value(struct reader *reader) {
  char open[JSON_DEPTH_MAX];
  int depth = 0;
  for (;;) {
    skip_space(reader);
    bool opens_object = take(reader, '{');
    if (opens_object || take(reader, '[')) {
      if (depth == JSON_DEPTH_MAX) return false;
      open[depth++] = opens_object ? '}' : ']';
      skip_space(reader);
      if (!take(reader, open[depth - 1])) {
        if (opens_object && !take_key(reader)) return false;
        continue;
      }
      depth--;
    } else if (!take_scalar(reader))
      return false;

    /* A value has ended, and what it stands in may end with it. */
    for (; depth > 0; depth--) {
      skip_space(reader);
      if (take(reader, ',')) {
        if (open[depth - 1] == '}' && !take_key(reader)) return false;
        break;
      }
      if (!take(reader, open[depth - 1])) return false;
    }
    if (depth == 0) return true;
  }
}

bool json_read(const char *bytes, size_t count, struct json *value) {
  struct reader reader = {bytes, bytes + count};
  skip_space(&reader);
  const char *from = reader.at;
  if (!take_value(&reader)) return false;
  *value = (struct json){from, (size_t)(reader.at - from)};
  skip_space(&reader);
  return reader.at == reader.end;
}

enum json_kind json_kind(struct json value) {
  switch (*value.bytes) {
    case '{': return JSON_OBJECT;
    case '[': return JSON_ARRAY;
    case '"': return JSON_STRING;
    case 't': return JSON_TRUE;
    case 'f': return JSON_FALSE;
    case 'n': return JSON_NULL;
    default: return JSON_NUMBER;
  }
}

struct json_walk json_walk(struct json value) {
  enum json_kind kind = json_kind(value);
  bool is_object = kind == JSON_OBJECT;
  struct reader reader = {value.bytes + 1, value.bytes + value.length};
  if (!is_object && kind != JSON_ARRAY) return (struct json_walk){0};
  skip_space(&reader);
  if (*reader.at == (is_object ? '}' : ']')) return (struct json_walk){0};
  return (struct json_walk){reader.at, reader.end, is_object};
}

bool json_next(struct json_walk *walk, struct json *key, struct json *value) {
  if (walk->at == NULL) return false;
  struct reader reader = {walk->at, walk->end};
  skip_space(&reader);
  if (walk->is_object) {
    const char *from = reader.at;
    take_string(&reader);
    *key = (struct json){from, (size_t)(reader.at - from)};
    skip_space(&reader);
    take(&reader, ':');
    skip_space(&reader);
  }
  const char *from = reader.at;
  take_value(&reader);
  *value = (struct json){from, (size_t)(reader.at - from)};
  skip_space(&reader);
  walk->at = take(&reader, ',') ? reader.at : NULL;
  return true;
}

size_t json_count(struct json value) {
  struct json_walk walk = json_walk(value);
  struct json key, element;
  size_t count = 0;
  while (json_next(&walk, &key, &element)) count++;
  return count;
}

static bool member(struct json object, const char *name, size_t length, struct json *value) {
  struct json_walk walk = json_walk(object);
  struct json key, found;
  if (json_kind(object) != JSON_OBJECT) return false;
  while (json_next(&walk, &key, &found)) {
    /* Names that the service gives need no escapes. */
    if (key.length != length + 2 || memcmp(key.bytes + 1, name, length) != 0) continue;
    *value = found;
    return true;
  }
  return false;
}

bool json_member(struct json object, const char *name, struct json *value) {
  return member(object, name, strlen(name), value);
}

static bool element(struct json array, const char *digits, size_t length, struct json *value) {
  struct json_walk walk = json_walk(array);
  struct json key;
  size_t place = 0;
  if (length == 0 || length > 7) return false;
  for (size_t i = 0; i < length; i++) {
    if (digits[i] < '0' || digits[i] > '9') return false;
    place = place * 10 + (size_t)(digits[i] - '0');
  }
  while (json_next(&walk, &key, value))
    if (place-- == 0) return true;
  return false;
}

bool json_path(struct json from, const char *path, struct json *value) {
  *value = from;
  for (;;) {
    size_t length = strcspn(path, ".");
    bool found = json_kind(*value) == JSON_ARRAY ? element(*value, path, length, value)
                                                 : member(*value, path, length, value);
    if (!found) return false;
    if (path[length] == '\0') return true;
    path += length + 1;
  }
}

bool json_is(struct json string, const char *words) {
  size_t length = strlen(words);
  return json_kind(string) == JSON_STRING && string.length == length + 2 &&
         memcmp(string.bytes + 1, words, length) == 0;
}

static uint32_t hex(const char *digits) {
  uint32_t value = 0;
  for (int i = 0; i < 4; i++) {
    char digit = digits[i];
    uint32_t one = (uint32_t)(digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
    value = value << 4 | one;
  }
  return value;
}

static void say_point(uint32_t point, struct text *text) {
  char bytes[4];
  size_t count = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  static const unsigned char LEAD[] = {0, 0, 0xC0, 0xE0, 0xF0};
  for (size_t i = count - 1; i > 0; i--) {
    bytes[i] = (char)(0x80 | (point & 0x3F));
    point >>= 6;
  }
  bytes[0] = (char)(LEAD[count] | point);
  text_add(text, bytes, count);
}

void json_say(struct json string, struct text *text) {
  const char *end = string.bytes + string.length - 1;
  for (const char *at = string.bytes + 1; at < end;) {
    if (*at != '\\') {
      const char *next = memchr(at, '\\', (size_t)(end - at));
      if (next == NULL) next = end;
      text_add(text, at, (size_t)(next - at));
      at = next;
    } else if (at[1] != 'u') {
      static const char NAMES[] = "bfnrt", MEANT[] = "\b\f\n\r\t";
      const char *name = strchr(NAMES, at[1]);
      text_add(text, name == NULL ? at + 1 : MEANT + (name - NAMES), 1);
      at += 2;
    } else {
      uint32_t point = hex(at + 2);
      at += 6;
      bool is_high = point >= 0xD800 && point < 0xDC00;
      uint32_t low = is_high && end - at >= 6 && at[0] == '\\' && at[1] == 'u' ? hex(at + 2) : 0;
      if (low >= 0xDC00 && low < 0xE000) {
        point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
        at += 6;
      } else if (point >= 0xD800 && point < 0xE000)
        point = 0xFFFD;
      say_point(point, text);
    }
  }
}
