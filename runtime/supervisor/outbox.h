#ifndef OUTBOX_H
#define OUTBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "frame.h"

enum { OUTBOX_SIZE = 65536 };

/* What waits to be written to the program, frames in the order in which they were put in. It never holds more. */
struct outbox {
  size_t first;
  size_t end;
  unsigned char bytes[OUTBOX_SIZE];
};

/*
 * Whether a data frame of any length fits. Data waits where it is until then, so that a program that reads slowly gets
 * large frames, and the room that is left serves what is said beside them.
 */
bool outbox_has_room(const struct outbox *outbox);

/* Where the data of the next frame is to be written, FRAME_DATA_MAX bytes of it at most. There must be room. */
unsigned char *outbox_data(struct outbox *outbox);

/* Makes a frame of what was written there. */
void outbox_add_data(struct outbox *outbox, uint16_t flags, uint32_t stream, size_t length);

/* Puts in a frame without data, or with these. False, and nothing done, where it doesn't fit. */
bool outbox_put(struct outbox *outbox, const struct frame *frame, const void *data);

/* Throws away what waits, and puts in `count` bytes that are no frame. */
void outbox_begin(struct outbox *outbox, const unsigned char *bytes, size_t count);

/* What is to be written next. */
const unsigned char *outbox_waiting(const struct outbox *outbox, size_t *count);
void outbox_written(struct outbox *outbox, size_t count);

#endif
