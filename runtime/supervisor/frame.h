#ifndef FRAME_H
#define FRAME_H

#include <stdbool.h>
#include <stdint.h>

/* What docs/stream.md lays down about greetings and frames: the bytes, and nothing of what they lead to. */
enum { NONCE_SIZE = 16, MARK_SIZE = 4 + NONCE_SIZE, GREETING_SIZE = 36 };
enum { FRAME_HEAD_SIZE = 12, FRAME_DATA_MAX = 16384 };
enum { FRAME_SYN = 1, FRAME_ACK = 2, FRAME_FIN = 4, FRAME_RST = 8 };
/* Only the supervisor says it, of output: this came by stderr. */
enum { FRAME_STDERR = 16 };
/* Even numbers are content. */
enum { STREAM_CONTROL = 1, STREAM_OUTPUT = 3, STREAM_CONNECTION_FIRST = 5 };

#define WINDOW_MAX ((uint32_t)INT32_MAX)
#define MARK_TEXT "BPS1" /* how every greeting begins, before the nonce */

struct frame {
  enum { FRAME_DATA, FRAME_WINDOW } type;
  uint16_t flags;
  uint32_t stream;
  uint32_t length; /* of the data that follows; or by how much the window grows */
};

void frame_write(unsigned char *to, const struct frame *frame);

/* False where no frame may look like that. */
bool frame_read(const unsigned char *from, struct frame *frame);

uint32_t frame_number(const unsigned char *from);
uint64_t frame_long_number(const unsigned char *from);
void frame_write_number(unsigned char *to, uint32_t number);
void frame_write_long_number(unsigned char *to, uint64_t number);

#endif
