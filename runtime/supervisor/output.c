#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

static unsigned char usual[OUTPUT_SIZE];

void output_begin(struct output *output) {
  *output = (struct output){.fd = -1, .agent_fd = -1, .window = WINDOW_MAX, .bytes = usual, .size = sizeof usual};
}

bool output_open(struct output *output) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return false;
  output->fd = ends[0];
  output->agent_fd = ends[1];
  /* Lets the agent's programs open /dev/stdout by name, for writing only; otherwise the pipe is root's alone. */
  return fcntl(output->fd, F_SETFL, O_NONBLOCK) == 0 && fchmod(output->agent_fd, 0622) == 0;
}

void output_leave_to_agent(struct output *output) {
  close(output->agent_fd);
  output->agent_fd = -1;
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

size_t output_room(const struct output *output) {
  size_t held = (size_t)(output->printed - output->kept);
  size_t most = output->window < OUTPUT_SIZE ? output->window : OUTPUT_SIZE;
  return held < most ? most - held : 0;
}

void output_put(struct output *output, const unsigned char *bytes, size_t count) {
  struct iovec pieces[2];
  pieces_of(output, output->printed, count, pieces);
  memcpy(pieces[0].iov_base, bytes, pieces[0].iov_len);
  memcpy(pieces[1].iov_base, bytes + pieces[0].iov_len, pieces[1].iov_len);
  output->printed += count;
}

/* Returns false when nothing can be read now. */
static bool read_some(struct output *output, size_t most) {
  struct iovec pieces[2];
  pieces_of(output, output->printed, most, pieces);
  ssize_t count;
  do count = readv(output->fd, pieces, pieces[1].iov_len > 0 ? 2 : 1);
  while (count < 0 && errno == EINTR);
  if (count > 0) output->printed += (uint64_t)count;
  if (count == 0 || (count < 0 && errno != EAGAIN)) {
    close(output->fd);
    output->fd = -1;
  }
  return count > 0;
}

void output_read(struct output *output) {
  size_t room = output_room(output);
  if (output->fd >= 0 && room > 0) read_some(output, room);
}

/* Once, since `more` is all there will be. */
static void grow(struct output *output, size_t more) {
  size_t held = (size_t)(output->printed - output->kept);
  if (held + more <= output->size) return;
  struct output larger = *output;
  larger.size = held + more;
  larger.bytes = malloc(larger.size);
  if (larger.bytes == NULL) return;
  struct iovec pieces[2];
  output_held(output, pieces);
  larger.printed = larger.kept;
  output_put(&larger, pieces[0].iov_base, pieces[0].iov_len);
  output_put(&larger, pieces[1].iov_base, pieces[1].iov_len);
  *output = larger;
}

void output_drain(struct output *output) {
  int waiting = 0;
  if (output->agent_fd >= 0) output_leave_to_agent(output);
  if (output->fd >= 0 && ioctl(output->fd, FIONREAD, &waiting) == 0 && waiting > 0) grow(output, (size_t)waiting);
  size_t room;
  while (output->fd >= 0 && (room = output->size - (size_t)(output->printed - output->kept)) > 0)
    if (!read_some(output, room)) break;
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
  size_t count = sendable(output);
  struct iovec pieces[2];
  pieces_of(output, output->sent, count, pieces);
  unsigned char *to = outbox_data(outbox);
  memcpy(to, pieces[0].iov_base, pieces[0].iov_len);
  memcpy(to + pieces[0].iov_len, pieces[1].iov_base, pieces[1].iov_len);
  outbox_add_data(outbox, 0, STREAM_OUTPUT, count);
  output->sent += count;
}

bool output_settle(struct output *output, struct outbox *outbox) {
  static const struct frame last = {.type = FRAME_DATA, .flags = FRAME_FIN, .stream = STREAM_OUTPUT};
  if (output->ended && !output->said_last && output->sent == output->printed)
    output->said_last = outbox_put(outbox, &last, NULL);
  return output->said_last;
}
