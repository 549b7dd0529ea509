#include "chance.h"

#include <stdio.h>
#include <stdlib.h>

#include "model.h"

enum mood mood;

static unsigned char pattern[PERIOD + PIECE_MAX];
static uint64_t state, seed_given, step;

_Noreturn void found(const char *what, const char *file, int line) {
  fprintf(stderr, "%s:%d: not so: %s (seed %llu, step %llu)\n", file, line, what, (unsigned long long)seed_given,
          (unsigned long long)step);
  abort();
}

void chance_begin(uint64_t seed) {
  seed_given = seed;
  state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
  step = 0;
  mood = EVERYTHING;
  for (size_t i = 0; i < sizeof pattern; i++)
    pattern[i] = (unsigned char)(i < PERIOD ? next_random() : pattern[i - PERIOD]);
}

void chance_step(void) {
  step++;
  if (once_in(500)) mood = once_in(2) ? EVERYTHING : below(MOODS);
}

uint64_t next_random(void) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state * UINT64_C(2685821657736338717) >> 16;
}

uint32_t below(uint64_t bound) { return bound == 0 ? 0 : (uint32_t)(next_random() % bound); }

bool once_in(uint32_t times) { return below(times) == 0; }

size_t size_below(size_t most) {
  if (mood == MUCH && once_in(2)) return most;
  return below(once_in(16) ? most + 1 : (most < 48 ? most : 48) + 1);
}

const unsigned char *bytes_at(uint64_t stream, uint64_t place) { return pattern + (stream * 131 + place) % PERIOD; }

enum source source_at_place(uint64_t place) {
  bool is_mixed = place / 64 % 16 == 3;
  return (is_mixed ? place % 2 : place / 1021 % 3) == 0 ? SOURCE_STDERR : SOURCE_STDOUT;
}
