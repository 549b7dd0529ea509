#include "stream.h"

#include <errno.h>
#include <sys/socket.h>

static bool would_wait(void) { return errno == EAGAIN || errno == EINTR; }

bool stream_wants_input(const struct stream *stream) {
  return !stream->source_ended && (stream->receiver_gone || stream->end < sizeof stream->bytes);
}

bool stream_wants_output(const struct stream *stream) { return !stream->receiver_gone && stream->first < stream->end; }

bool stream_is_over(const struct stream *stream) {
  return stream->finished || (stream->source_ended && stream->receiver_gone);
}

static enum stream_result take_in(struct stream *stream, int from) {
  if (stream->receiver_gone) stream->first = stream->end = 0;
  ssize_t count = recv(from, stream->bytes + stream->end, sizeof stream->bytes - stream->end, MSG_DONTWAIT);
  if (count < 0 && would_wait()) return STREAM_GOES_ON;
  if (count <= 0) stream->source_ended = true;
  if (count > 0) stream->end += (size_t)count;
  return count < 0 ? STREAM_SOURCE_BROKE : STREAM_GOES_ON;
}

static void pass_on(struct stream *stream, int to) {
  ssize_t count = send(to, stream->bytes + stream->first, stream->end - stream->first, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (count > 0) stream->first += (size_t)count;
  if (count < 0 && !would_wait()) stream->receiver_gone = true;
  if (stream->first == stream->end) stream->first = stream->end = 0;
}

enum stream_result stream_move(struct stream *stream, int from, int to) {
  enum stream_result result = STREAM_GOES_ON;
  if (stream_wants_input(stream)) result = take_in(stream, from);
  if (stream_wants_output(stream)) pass_on(stream, to);
  if (stream->source_ended && !stream->finished && stream->first == stream->end) {
    shutdown(to, SHUT_WR);
    stream->finished = true;
  }
  return result;
}
