#ifndef STREAM_H
#define STREAM_H

#include <stdbool.h>
#include <stddef.h>

/*
 * One direction of a relayed connection. It takes in no more than it can hold, so a receiver that does not read holds
 * back its sender, and never the supervisor's memory.
 */
struct stream {
  unsigned char bytes[8192];
  size_t first; /* the bytes from `first` to `end` wait to be sent */
  size_t end;
  bool source_ended;  /* the sender has said all it had to say */
  bool finished;      /* and the receiver has been told so */
  bool receiver_gone; /* what comes now is read and dropped */
};

enum stream_result { STREAM_GOES_ON, STREAM_SOURCE_BROKE };

/* Moves what can be moved without waiting. */
enum stream_result stream_move(struct stream *stream, int from, int to);

/* What the next move waits for. */
bool stream_wants_input(const struct stream *stream);
bool stream_wants_output(const struct stream *stream);

/* Will never move anything any more. */
bool stream_is_over(const struct stream *stream);

#endif
