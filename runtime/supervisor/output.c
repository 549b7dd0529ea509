#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

static unsigned char usual[OUTPUT_SIZE], usual_sources[OUTPUT_SIZE / 8];

void output_begin(struct output *output) {
  *output = (struct output){.fds = {-1, -1},
                            .agent_fds = {-1, -1},
                            .window = WINDOW_MAX,
                            .bytes = usual,
                            .sources = usual_sources,
                            .size = sizeof usual};
}

static bool open_pipe(struct output *output, enum source source) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return false;
  output->fds[source] = ends[0];
  output->agent_fds[source] = ends[1];
  /* Lets the agent's programs open /dev/stdout by name, for writing only; otherwise the pipe is root's alone. */
  return fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0 && fchmod(ends[1], 0622) == 0;
}

bool output_open(struct output *output) { return open_pipe(output, SOURCE_STDOUT) && open_pipe(output, SOURCE_STDERR); }

void output_leave_to_agent(struct output *output) {
  for (int i = 0; i < SOURCES; i++) {
    if (output->agent_fds[i] >= 0) close(output->agent_fds[i]);
    output->agent_fds[i] = -1;
  }
}

/* The bytes between two places, in two pieces. */
static void pieces_of(const struct output *output, uint64_t place, size_t count, struct iovec pieces[2]) {
  size_t at = (size_t)(place % output->size);
  size_t straight = output->size - at < count ? output->size - at : count;
  pieces[0] = (struct iovec){.iov_base = output->bytes + at, .iov_len = straight};
  pieces[1] = (struct iovec){.iov_base = output->bytes, .iov_len = count - straight};
}

void output_held(const struct output *output, struct iovec pieces[2]) {
  pieces_of(output, output->kept, (size_t)(output->printed - output->kept), pieces);
}

void output_held_sources(const struct output *output, struct iovec pieces[2]) {
  /* A place and where it lies begin a byte of bits together, since the size is a multiple of 8. */
  size_t skipped = (size_t)(output->kept % 8);
  pieces_of(output, output->kept - skipped, (size_t)(output->printed - output->kept) + skipped, pieces);
  for (int i = 0; i < 2; i++) {
    size_t at = (size_t)((unsigned char *)pieces[i].iov_base - output->bytes);
    pieces[i] = (struct iovec){.iov_base = output->sources + at / 8, .iov_len = (pieces[i].iov_len + 7) / 8};
  }
}

size_t output_room(const struct output *output) {
  size_t held = (size_t)(output->printed - output->kept);
  size_t most = output->window < OUTPUT_SIZE ? output->window : OUTPUT_SIZE;
  return held < most ? most - held : 0;
}

/* Notes the source of bytes that lie behind one another. */
static void set_source(struct output *output, size_t at, size_t count, enum source source) {
  for (size_t end = at + count; at < end;) {
    size_t whole = at % 8 == 0 ? (end - at) / 8 : 0;
    if (whole > 0) {
      memset(output->sources + at / 8, source == SOURCE_STDERR ? 0xff : 0, whole);
      at += 8 * whole;
      continue;
    }
    unsigned char bit = (unsigned char)(1U << at % 8);
    if (source == SOURCE_STDERR)
      output->sources[at / 8] |= bit;
    else
      output->sources[at / 8] &= (unsigned char)~bit;
    at++;
  }
}

static enum source source_at(const struct output *output, size_t at) {
  return output->sources[at / 8] >> at % 8 & 1 ? SOURCE_STDERR : SOURCE_STDOUT;
}

/* How many of the next bytes, `most` at most and at least one, have one source. */
static size_t alike(const struct output *output, uint64_t place, size_t most) {
  enum source source = source_at(output, (size_t)(place % output->size));
  unsigned char all = source == SOURCE_STDERR ? 0xff : 0;
  size_t count = 1;
  while (count < most) {
    size_t at = (size_t)((place + count) % output->size);
    if (at % 8 == 0 && most - count >= 8 && output->sources[at / 8] == all)
      count += 8;
    else if (source_at(output, at) == source)
      count++;
    else
      break;
  }
  return count;
}

/* What lies behind the others has come from there. */
static void add(struct output *output, size_t count, enum source source) {
  struct iovec pieces[2];
  pieces_of(output, output->printed, count, pieces);
  set_source(output, (size_t)(output->printed % output->size), pieces[0].iov_len, source);
  set_source(output, 0, pieces[1].iov_len, source);
  output->printed += count;
}

void output_put(struct output *output, const unsigned char *bytes, size_t count, enum source source) {
  struct iovec pieces[2];
  pieces_of(output, output->printed, count, pieces);
  memcpy(pieces[0].iov_base, bytes, pieces[0].iov_len);
  memcpy(pieces[1].iov_base, bytes + pieces[0].iov_len, pieces[1].iov_len);
  add(output, count, source);
}

/* Returns false when nothing can be read now. */
static bool read_some(struct output *output, enum source source, size_t most) {
  struct iovec pieces[2];
  pieces_of(output, output->printed, most, pieces);
  ssize_t count;
  do count = readv(output->fds[source], pieces, pieces[1].iov_len > 0 ? 2 : 1);
  while (count < 0 && errno == EINTR);
  if (count > 0) add(output, (size_t)count, source);
  if (count == 0 || (count < 0 && errno != EAGAIN)) {
    close(output->fds[source]);
    output->fds[source] = -1;
  }
  return count > 0;
}

void output_read(struct output *output, const bool printed[SOURCES]) {
  size_t waiting = 0;
  for (int i = 0; i < SOURCES; i++) waiting += printed[i] && output->fds[i] >= 0;
  for (int i = 0; i < SOURCES; i++) {
    if (!printed[i] || output->fds[i] < 0) continue;
    size_t share = (output_room(output) + waiting - 1) / waiting;
    if (share > 0) read_some(output, (enum source)i, share);
    waiting--;
  }
}

/* Once, since `more` is all there will be. */
static void grow(struct output *output, size_t more) {
  size_t held = (size_t)(output->printed - output->kept);
  if (held + more <= output->size) return;
  struct output larger = *output;
  larger.size = (held + more + 7) / 8 * 8;
  larger.bytes = malloc(larger.size);
  larger.sources = malloc(larger.size / 8);
  if (larger.bytes == NULL || larger.sources == NULL) return;
  larger.printed = larger.kept;
  while (larger.printed < output->printed) {
    struct iovec pieces[2];
    size_t count = alike(output, larger.printed, (size_t)(output->printed - larger.printed));
    pieces_of(output, larger.printed, count, pieces);
    enum source source = source_at(output, (size_t)(larger.printed % output->size));
    output_put(&larger, pieces[0].iov_base, pieces[0].iov_len, source);
    output_put(&larger, pieces[1].iov_base, pieces[1].iov_len, source);
  }
  *output = larger;
}

void output_drain(struct output *output) {
  int waiting[SOURCES] = {0, 0};
  output_leave_to_agent(output);
  for (int i = 0; i < SOURCES; i++)
    if (output->fds[i] < 0 || ioctl(output->fds[i], FIONREAD, &waiting[i]) != 0 || waiting[i] < 0) waiting[i] = 0;
  grow(output, (size_t)waiting[SOURCE_STDOUT] + (size_t)waiting[SOURCE_STDERR]);
  for (int i = 0; i < SOURCES; i++) {
    size_t room;
    while (output->fds[i] >= 0 && (room = output->size - (size_t)(output->printed - output->kept)) > 0)
      if (!read_some(output, (enum source)i, room)) break;
  }
  output->ended = true;
}

uint64_t output_resume(struct output *output, uint64_t place, uint32_t window) {
  if (place < output->kept) place = output->kept;
  if (place > output->printed) place = output->printed;
  output->kept = output->sent = place;
  output->window = window;
  output->said_last = false;
  return place;
}

bool output_keep(struct output *output, uint32_t count) {
  if (count > output->sent - output->kept) return false;
  output->kept += count;
  return true;
}

static size_t sendable(const struct output *output) {
  uint64_t waits = output->printed - output->sent, on_its_way = output->sent - output->kept;
  if (on_its_way >= output->window) return 0;
  uint64_t allowed = output->window - on_its_way;
  if (waits > allowed) waits = allowed;
  return waits < FRAME_DATA_MAX ? (size_t)waits : FRAME_DATA_MAX;
}

bool output_can_send(const struct output *output) { return sendable(output) > 0; }

void output_send(struct output *output, struct outbox *outbox) {
  size_t count = alike(output, output->sent, sendable(output));
  enum source source = source_at(output, (size_t)(output->sent % output->size));
  struct iovec pieces[2];
  pieces_of(output, output->sent, count, pieces);
  unsigned char *to = outbox_data(outbox);
  memcpy(to, pieces[0].iov_base, pieces[0].iov_len);
  memcpy(to + pieces[0].iov_len, pieces[1].iov_base, pieces[1].iov_len);
  outbox_add_data(outbox, source == SOURCE_STDERR ? FRAME_STDERR : 0, STREAM_OUTPUT, count);
  output->sent += count;
}

bool output_settle(struct output *output, struct outbox *outbox) {
  static const struct frame last = {.type = FRAME_DATA, .flags = FRAME_FIN, .stream = STREAM_OUTPUT};
  if (output->ended && !output->said_last && output->sent == output->printed)
    output->said_last = outbox_put(outbox, &last, NULL);
  return output->said_last;
}
