#include "carriage.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static int socket_fd;
static unsigned char heard[CARRIAGE_PIECE_MAX];
static size_t heard_from, heard_to;
static unsigned char said[CARRIAGE_PIECE_MAX];
static size_t said_length;

void carriage_open(int fd) { socket_fd = fd; }

_Noreturn void carriage_end(void) { _exit(0); }

static void write_all(const unsigned char *bytes, size_t count) {
  while (count > 0) {
    ssize_t written = write(socket_fd, bytes, count);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) carriage_end();
    bytes += written;
    count -= (size_t)written;
  }
}

static void flush(void) {
  write_all(said, said_length);
  said_length = 0;
}

void carriage_say(const void *bytes, size_t count) {
  if (said_length + count > sizeof said) flush();
  if (count > sizeof said) {
    write_all(bytes, count);
    return;
  }
  memcpy(said + said_length, bytes, count);
  said_length += count;
}

/* Before waiting, what was said is sent. */
static void read_more(void) {
  ssize_t count;
  flush();
  do count = read(socket_fd, heard, sizeof heard);
  while (count < 0 && errno == EINTR);
  if (count <= 0) carriage_end();
  heard_from = 0;
  heard_to = (size_t)count;
}

void carriage_hear(void *to, size_t count) {
  unsigned char *place = to;
  while (count > 0) {
    if (heard_from == heard_to) read_more();
    size_t part = heard_to - heard_from < count ? heard_to - heard_from : count;
    memcpy(place, heard + heard_from, part);
    heard_from += part;
    place += part;
    count -= part;
  }
}

static uint64_t hear_number(size_t size) {
  unsigned char bytes[8];
  uint64_t value = 0;
  carriage_hear(bytes, size);
  for (size_t i = 0; i < size; i++) value = value << 8 | bytes[i];
  return value;
}

uint8_t carriage_hear_8(void) { return (uint8_t)hear_number(1); }
uint16_t carriage_hear_16(void) { return (uint16_t)hear_number(2); }
uint32_t carriage_hear_32(void) { return (uint32_t)hear_number(4); }
uint64_t carriage_hear_64(void) { return hear_number(8); }

static void say_number(uint64_t value, size_t size) {
  unsigned char bytes[8];
  for (size_t i = 0; i < size; i++) bytes[i] = (unsigned char)(value >> 8 * (size - 1 - i));
  carriage_say(bytes, size);
}

void carriage_say_8(uint8_t value) { say_number(value, 1); }
void carriage_say_16(uint16_t value) { say_number(value, 2); }
void carriage_say_32(uint32_t value) { say_number(value, 4); }
void carriage_say_64(uint64_t value) { say_number(value, 8); }
