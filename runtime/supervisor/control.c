#include "control.h"

#include <string.h>

static const char REQUESTS[] = "requests ";

static bool take_number(const char *digits, size_t count, int64_t *value) {
  int64_t number = 0;
  /* As many digits as never leave the range. */
  if (count == 0 || count > 18) return false;
  for (size_t i = 0; i < count; i++) {
    if (digits[i] < '0' || digits[i] > '9') return false;
    number = number * 10 + (digits[i] - '0');
  }
  *value = number;
  return true;
}

static bool take_line(struct control *control) {
  size_t head = strlen(REQUESTS);
  if (control->length == 2 && memcmp(control->line, "go", 2) == 0) {
    bool again = control->go;
    control->go = true;
    return !again;
  }
  if (control->knows_done && control->length == 4 && memcmp(control->line, "done", 4) == 0) {
    control->done = true;
    return true;
  }
  if (control->length == 4 && memcmp(control->line, "used", 4) == 0) {
    control->asks_use = true;
    return true;
  }
  if (control->length < head || memcmp(control->line, REQUESTS, head) != 0) return false;
  return take_number(control->line + head, control->length - head, &control->requests);
}

bool control_take(struct control *control, const unsigned char *bytes, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (bytes[i] == '\n') {
      if (!take_line(control)) return false;
      control->length = 0;
      continue;
    }
    /* The line end is counted, too. */
    if (control->length == CONTROL_LINE_MAX - 1) return false;
    control->line[control->length++] = (char)bytes[i];
  }
  return true;
}
