#include "outbox.h"

#include <string.h>

static size_t room(const struct outbox *outbox) { return OUTBOX_SIZE - (outbox->end - outbox->first); }

bool outbox_has_room(const struct outbox *outbox) { return room(outbox) >= FRAME_HEAD_SIZE + FRAME_DATA_MAX; }

/* Sees to it that the next `size` bytes are in one piece. */
static unsigned char *piece(struct outbox *outbox, size_t size) {
  if (OUTBOX_SIZE - outbox->end < size) {
    memmove(outbox->bytes, outbox->bytes + outbox->first, outbox->end - outbox->first);
    outbox->end -= outbox->first;
    outbox->first = 0;
  }
  return outbox->bytes + outbox->end;
}

unsigned char *outbox_data(struct outbox *outbox) {
  return piece(outbox, FRAME_HEAD_SIZE + FRAME_DATA_MAX) + FRAME_HEAD_SIZE;
}

void outbox_add_data(struct outbox *outbox, uint16_t flags, uint32_t stream, size_t length) {
  struct frame frame = {.type = FRAME_DATA, .flags = flags, .stream = stream, .length = (uint32_t)length};
  frame_write(outbox->bytes + outbox->end, &frame);
  outbox->end += FRAME_HEAD_SIZE + length;
}

bool outbox_put(struct outbox *outbox, const struct frame *frame, const void *data) {
  size_t length = frame->type == FRAME_DATA ? frame->length : 0;
  if (room(outbox) < FRAME_HEAD_SIZE + length) return false;
  unsigned char *to = piece(outbox, FRAME_HEAD_SIZE + length);
  frame_write(to, frame);
  if (length > 0) memcpy(to + FRAME_HEAD_SIZE, data, length);
  outbox->end += FRAME_HEAD_SIZE + length;
  return true;
}

void outbox_begin(struct outbox *outbox, const unsigned char *bytes, size_t count) {
  outbox->first = 0;
  outbox->end = count;
  if (count > 0) memcpy(outbox->bytes, bytes, count);
}

const unsigned char *outbox_waiting(const struct outbox *outbox, size_t *count) {
  *count = outbox->end - outbox->first;
  return outbox->bytes + outbox->first;
}

void outbox_written(struct outbox *outbox, size_t count) {
  outbox->first += count;
  if (outbox->first == outbox->end) outbox->first = outbox->end = 0;
}
