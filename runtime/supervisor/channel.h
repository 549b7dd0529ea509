#ifndef CHANNEL_H
#define CHANNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "outbox.h"
#include "ring.h"

/* How much is taken of the program on each connection before it is granted more. */
enum { CHANNEL_WINDOW = 40960 };

/*
 * One connection of the agent's as a stream: its windows, who has said their last, and what has come from the program and
 * not yet gone to the agent. It knows no descriptor. All zero but for the ring's place is a free one. Content is one, too;
 * its number is known from the beginning, and the porter stands for the agent.
 */
struct channel {
  enum {
    CHANNEL_FREE,
    CHANNEL_OPEN,
    CHANNEL_GONE,  /* broken by the program, or with the stream: whoever opened it is to free it */
    CHANNEL_RESET, /* broken by the agent: free once the program has been told */
  } state;
  uint32_t number;    /* 0: the program hasn't been told of it */
  bool ending;        /* the agent has said its last */
  bool said_last;     /* and the program has been told */
  bool heard_last;    /* the program has said its last */
  uint32_t may_send;  /* what the program takes now */
  uint32_t may_come;  /* what the program may send now */
  uint32_t passed_on; /* to the agent, and not yet granted anew */
  struct ring held;
};

/* Puts a frame of the program in. False where it may not come. */
bool channel_take(struct channel *channel, const struct frame *frame, const unsigned char *data);

/* The agent has taken the first `count` of what is held. */
void channel_pass_on(struct channel *channel, size_t count);

/* Breaks it: the program is told where it knows of it. */
void channel_reset(struct channel *channel);

/*
 * Says what is to be said beside data: that it begins, ends or is broken, and that more may come. `next_number` is that of
 * the next connection to be told of.
 */
void channel_settle(struct channel *channel, struct outbox *outbox, uint32_t *next_number);

/* Adds `length` bytes that were written to `outbox_data` as its next. */
void channel_send(struct channel *channel, struct outbox *outbox, uint32_t *next_number, size_t length);

/* Whether nothing is to come or to go any more. */
static inline bool channel_is_over(const struct channel *channel) {
  return channel->said_last && channel->heard_last && channel->held.length == 0;
}

#endif
