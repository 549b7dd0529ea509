#include <string.h>
#include <unistd.h>

#include "model.h"
#include "output.h"

static struct output output;

static void print(enum source source, const void *bytes, size_t count) {
  EXPECT(write(output.agent_fds[source], bytes, count) == (ssize_t)count);
}

static void read_from(enum source source) {
  output_read(&output, (const bool[SOURCES]){source == SOURCE_STDOUT, source == SOURCE_STDERR});
}

static void begin(void) {
  output_begin(&output);
  EXPECT(output_open(&output));
}

static bool is_held(size_t place, enum source source, unsigned char byte) {
  struct iovec bytes[2], bits[2];
  output_held(&output, bytes);
  output_held_sources(&output, bits);
  size_t bit = place + output.kept % 8;
  const unsigned char *at = (unsigned char *)bytes[0].iov_base + place;
  const unsigned char *bits_at = (unsigned char *)bits[0].iov_base + bit / 8;
  if (place >= bytes[0].iov_len) at = (unsigned char *)bytes[1].iov_base + (place - bytes[0].iov_len);
  if (bit / 8 >= bits[0].iov_len) bits_at = (unsigned char *)bits[1].iov_base + (bit / 8 - bits[0].iov_len);
  return *at == byte && (*bits_at >> bit % 8 & 1) == source;
}

/* Who prints without end by one pipe leaves room for what comes by the other. */
static void check_shares(void) {
  static char much[60000];
  begin();
  for (int i = 0; i < 4; i++) {
    print(SOURCE_STDOUT, much, sizeof much);
    read_from(SOURCE_STDOUT);
  }
  print(SOURCE_STDOUT, much, sizeof much);
  print(SOURCE_STDERR, much, sizeof much);
  size_t room = output_room(&output);
  EXPECT(room > 0 && room < sizeof much);
  output_read(&output, (const bool[SOURCES]){true, true});
  EXPECT(output_room(&output) == 0);
  EXPECT(is_held(4 * sizeof much, SOURCE_STDOUT, 0));
  EXPECT(is_held(OUTPUT_SIZE - room / 2, SOURCE_STDERR, 0));
}

/* All that is left is taken at the end, be it more than is held otherwise, and each byte keeps its source. */
static void check_drained(void) {
  static char much[60001];
  begin();
  memset(much, 'o', sizeof much);
  for (uint64_t kept = 0; kept < 3; kept++) {
    print(SOURCE_STDOUT, much, sizeof much);
    read_from(SOURCE_STDOUT);
  }
  output.sent = output.printed;
  EXPECT(output_keep(&output, 2 * sizeof much));
  for (int i = 0; i < 3; i++) {
    print(SOURCE_STDERR, "!", 1);
    read_from(SOURCE_STDERR);
    print(SOURCE_STDOUT, much, sizeof much);
    read_from(SOURCE_STDOUT);
  }
  print(SOURCE_STDOUT, much, sizeof much);
  memset(much, 'e', sizeof much);
  print(SOURCE_STDERR, much, sizeof much);
  output_drain(&output);
  EXPECT(output.ended && output.printed - output.kept == 6 * sizeof much + 3);
  EXPECT(is_held(0, SOURCE_STDOUT, 'o') && is_held(sizeof much - 1, SOURCE_STDOUT, 'o'));
  for (size_t i = 1; i < 4; i++) EXPECT(is_held(i * (sizeof much + 1) - 1, SOURCE_STDERR, '!'));
  EXPECT(is_held(sizeof much + 1, SOURCE_STDOUT, 'o'));
  EXPECT(is_held(5 * sizeof much + 2, SOURCE_STDOUT, 'o'));
  EXPECT(is_held(5 * sizeof much + 3, SOURCE_STDERR, 'e'));
  EXPECT(is_held(6 * sizeof much + 2, SOURCE_STDERR, 'e'));
}

void printing_check(void) {
  check_shares();
  check_drained();
}
