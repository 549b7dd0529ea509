#ifndef CHANCE_H
#define CHANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "output.h"

/* The bytes of every stream are a piece of a pattern that begins anew after a prime number of them. */
enum { PERIOD = 8191, PIECE_MAX = FRAME_DATA_MAX };

/* For some hundred steps at a time one of them is slow, or much is sent on one connection. */
enum mood { EVERYTHING, AGENT_SLOW, PROGRAM_SLOW, MUCH, MOODS };
extern enum mood mood;

/* Everything follows from the seed. */
void chance_begin(uint64_t seed);
/* Counts the steps, for who wants to see one again. */
void chance_step(void);

uint64_t next_random(void);
uint32_t below(uint64_t bound);
bool once_in(uint32_t times);

/* Up to `most`; mostly small, at times as large as may be. */
size_t size_below(size_t most);

/* What a stream carries from this place on, PIECE_MAX bytes of it. */
const unsigned char *bytes_at(uint64_t stream, uint64_t place);

/* By which pipe the byte of the output at this place has come: at times each by another one than the last. */
enum source source_at_place(uint64_t place);

#endif
