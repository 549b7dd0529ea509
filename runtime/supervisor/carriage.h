#ifndef CARRIAGE_H
#define CARRIAGE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

/*
 * What a porter hears and says: bytes on a socket, all numbers big-endian. It ends the process where the program has gone
 * or says what it may not.
 */
enum { CARRIAGE_PIECE_MAX = 65536 };

void carriage_open(int fd);
_Noreturn void carriage_end(void);

uint8_t carriage_hear_8(void);
uint16_t carriage_hear_16(void);
uint32_t carriage_hear_32(void);
uint64_t carriage_hear_64(void);
void carriage_hear(void *to, size_t count);

void carriage_say(const void *bytes, size_t count);
void carriage_say_8(uint8_t value);
void carriage_say_16(uint16_t value);
void carriage_say_32(uint32_t value);
void carriage_say_64(uint64_t value);

/* Nanoseconds since 1970, as they are told. */
static inline uint64_t carriage_time(struct timespec time) {
  return (uint64_t)time.tv_sec * 1000000000U + (uint64_t)time.tv_nsec;
}

#endif
