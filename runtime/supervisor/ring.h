#ifndef RING_H
#define RING_H

#include <stddef.h>

/* Bytes on their way, in the order in which they came. It writes from the start when it is empty, so that little takes little memory. */
struct ring {
  unsigned char *bytes;
  size_t size;
  size_t first;
  size_t length;
  size_t reached; /* as much of `bytes` has been written to */
};

static inline size_t ring_room(const struct ring *ring) { return ring->size - ring->length; }

/* Puts `count` bytes behind the others; there must be room. */
void ring_put(struct ring *ring, const unsigned char *bytes, size_t count);

/* The first bytes, `count` of them in one piece. */
const unsigned char *ring_peek(const struct ring *ring, size_t *count);

/* Takes the first `count` out. */
void ring_drop(struct ring *ring, size_t count);

/*
 * Gives the memory of one back that nobody reads any more, where more than a page of it was used: much is rare, and adds
 * up. `bytes` begins at a page.
 */
void ring_release(struct ring *ring);

#endif
