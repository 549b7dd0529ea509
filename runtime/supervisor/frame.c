#include "frame.h"

uint32_t frame_number(const unsigned char *from) {
  return (uint32_t)from[0] << 24 | (uint32_t)from[1] << 16 | (uint32_t)from[2] << 8 | from[3];
}

uint64_t frame_long_number(const unsigned char *from) {
  return (uint64_t)frame_number(from) << 32 | frame_number(from + 4);
}

void frame_write_number(unsigned char *to, uint32_t number) {
  for (int i = 0; i < 4; i++) to[i] = (unsigned char)(number >> (24 - 8 * i));
}

void frame_write_long_number(unsigned char *to, uint64_t number) {
  frame_write_number(to, (uint32_t)(number >> 32));
  frame_write_number(to + 4, (uint32_t)number);
}

void frame_write(unsigned char *to, const struct frame *frame) {
  to[0] = 0;
  to[1] = (unsigned char)frame->type;
  to[2] = (unsigned char)(frame->flags >> 8);
  to[3] = (unsigned char)frame->flags;
  frame_write_number(to + 4, frame->stream);
  frame_write_number(to + 8, frame->length);
}

bool frame_read(const unsigned char *from, struct frame *frame) {
  if (from[0] != 0 || from[1] > FRAME_WINDOW) return false;
  frame->type = from[1] == FRAME_DATA ? FRAME_DATA : FRAME_WINDOW;
  frame->flags = (uint16_t)(from[2] << 8 | from[3]);
  frame->stream = frame_number(from + 4);
  frame->length = frame_number(from + 8);
  if ((frame->flags & ~(FRAME_SYN | FRAME_ACK | FRAME_FIN | FRAME_RST)) != 0) return false;
  return frame->length <= (frame->type == FRAME_DATA ? FRAME_DATA_MAX : WINDOW_MAX);
}
