#include "ring.h"

#include <string.h>
#include <sys/mman.h>

/* A page is kept for the next use. */
enum { BYTES_KEPT = 4096 };

void ring_put(struct ring *ring, const unsigned char *bytes, size_t count) {
  size_t end = (ring->first + ring->length) % ring->size;
  size_t straight = ring->size - end < count ? ring->size - end : count;
  memcpy(ring->bytes + end, bytes, straight);
  memcpy(ring->bytes, bytes + straight, count - straight);
  ring->length += count;
  if (end + straight > ring->reached) ring->reached = end + straight;
}

const unsigned char *ring_peek(const struct ring *ring, size_t *count) {
  size_t straight = ring->size - ring->first;
  *count = ring->length < straight ? ring->length : straight;
  return ring->bytes + ring->first;
}

void ring_drop(struct ring *ring, size_t count) {
  ring->length -= count;
  ring->first = ring->length == 0 ? 0 : (ring->first + count) % ring->size;
}

void ring_release(struct ring *ring) {
  if (ring->reached <= BYTES_KEPT) return;
  madvise(ring->bytes, ring->size, MADV_DONTNEED);
  ring->reached = 0;
}
