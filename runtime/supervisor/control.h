#ifndef CONTROL_H
#define CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CONTROL_LINE_MAX = 64 };

/* What the program says, line by line: `go`, `requests N`, `used`, and where it stays for content, `done`. */
struct control {
  bool go;
  bool done;
  bool knows_done; /* otherwise it isn't known */
  bool asks_use;   /* the CPU time is to be told, by who then clears it */
  int64_t requests; /* the last number that was said */
  size_t length;    /* of the line that has begun */
  char line[CONTROL_LINE_MAX];
};

/* False at a line that is too long, or that isn't known. */
bool control_take(struct control *control, const unsigned char *bytes, size_t count);

/* Forgets the line that has begun, and what an earlier program has asked. */
static inline void control_begin(struct control *control) {
  control->length = 0;
  control->asks_use = false;
}

#endif
