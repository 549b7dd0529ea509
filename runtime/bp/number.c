#include "number.h"

#include <string.h>

#define WHOLE_MAX INT64_C(1000000000000)

bool number_read(const char *digits, size_t count, int64_t *millionths) {
  int64_t whole = 0, part = 0, unit = MILLION;
  size_t i = 0, whole_digits, part_digits = 0;
  for (; i < count && digits[i] >= '0' && digits[i] <= '9'; i++) {
    whole = whole * 10 + (digits[i] - '0');
    if (whole > WHOLE_MAX) return false;
  }
  whole_digits = i;
  if (i < count && digits[i] == '.') {
    bool is_more = false;
    for (i++; i < count && digits[i] >= '0' && digits[i] <= '9'; i++, part_digits++) {
      if (unit > 1) {
        unit /= 10;
        part += unit * (digits[i] - '0');
      } else if (digits[i] != '0')
        is_more = true;
    }
    if (is_more) part++;
  }
  /* JavaScript writes what is under a millionth with an exponent: 1e-7. */
  if (whole_digits > 0 && i < count && digits[i] == 'e' && i + 1 < count && digits[i + 1] == '-') {
    *millionths = whole > 0 || part > 0 ? 1 : 0;
    return true;
  }
  if (i < count || whole_digits + part_digits == 0) return false;
  *millionths = whole * MILLION + part;
  return true;
}

bool number_at(struct json from, const char *path, int64_t *millionths) {
  struct json value;
  return json_path(from, path, &value) && json_kind(value) == JSON_NUMBER &&
         number_read(value.bytes, value.length, millionths);
}

bool number_is_json(const char *words) {
  struct json value;
  size_t length = strlen(words);
  return json_read(words, length, &value) && json_kind(value) == JSON_NUMBER && value.length == length;
}

void number_say(struct text *text, int64_t millionths) {
  char digits[40];
  int length = snprintf(digits, sizeof digits, "%lld.%06lld", (long long)(millionths / MILLION),
                        (long long)(millionths % MILLION));
  while (digits[length - 1] == '0') length--;
  if (digits[length - 1] == '.') length--;
  text_add(text, digits, (size_t)length);
}
