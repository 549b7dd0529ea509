#ifndef SESSION_H
#define SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "channel.h"
#include "control.h"
#include "frame.h"
#include "outbox.h"
#include "output.h"

enum { SESSION_CONNECTIONS_MAX = 64, SESSION_INPUT_SIZE = 32768 };

/* As much content is on its way to the porter at most: more than of a connection, so that a far program isn't slow. */
enum { SESSION_CONTENT_SIZE = 262144 };

/*
 * The supervisor's end of the stream that docs/stream.md describes, and all that it remembers. It knows no descriptor:
 * what was read is put in at one side, what is to be written is taken out at the other. Nothing that is put in makes it
 * grow.
 */
struct session {
  bool open;    /* the program has greeted, and what it said since made sense */
  bool greeted; /* set at every greeting, for who says "ready" to clear */
  uint32_t connections_max;
  struct control control;
  struct output output;
  struct channel channels[SESSION_CONNECTIONS_MAX];
  struct channel content;    /* one at a time */
  uint32_t contents_opened;  /* ever: the present one may be another than before */
  struct outbox outbox;

  uint32_t window;      /* what the program takes of each connection at first */
  uint32_t next_number; /* of the next connection */
  uint32_t last_content; /* the number of the latest content; 0: none yet */
  bool nonce_is_known;
  unsigned char mark[MARK_SIZE]; /* how a greeting begins */
  size_t start;                  /* of what hasn't been taken yet */
  size_t end;
  size_t searched; /* no greeting begins before it that hasn't been seen */
  unsigned char input[SESSION_INPUT_SIZE];
};

/* `session` is all zero. */
void session_begin(struct session *session, uint32_t connections_max);

/* Where what is read is to be put, and how much of it; never nothing. */
unsigned char *session_input(struct session *session, size_t *size);

/* Takes in `count` bytes that were put there. */
void session_take(struct session *session, size_t count);

/* Lets go of the program until it greets anew. */
void session_break(struct session *session);

/* A free place for a connection, where one may be opened; else NULL. */
struct channel *session_open_channel(struct session *session);

/* Says a line on the control stream. False where there is nobody, or no room for it now. */
bool session_say(struct session *session, const char *line);

/* Puts all into the outbox that comes before data: what has begun and ended, and what more may come. */
void session_settle(struct session *session);

#endif
