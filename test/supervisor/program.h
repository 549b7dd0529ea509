#ifndef PROGRAM_H
#define PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "session.h"

enum { CONVERSATIONS = 256 };

/* One connection as the program sees it. Those of a session are numbered in turn, so the place tells the number. */
struct conversation {
  uint32_t number;
  bool open;
  uint64_t sent, came;
  uint32_t may_send; /* by what the supervisor has granted */
  uint32_t may_come; /* by what the program has granted */
  bool said_last, heard_last;
};

/* The program's end of the session, as far as the session must know of it. */
struct program {
  bool sound;    /* it has said nothing wrong since it greeted */
  bool answered; /* and the answer was read */
  bool ready;    /* and the first line */
  uint32_t window, output_window;
  uint32_t last_number; /* of the latest connection it was told of */
  int open_count;
  uint64_t output_came, output_kept;
  int64_t requests;
  bool go_said;
  struct conversation conversations[CONVERSATIONS];
  struct conversation content;
  uint32_t last_content; /* the number of the latest one */
  unsigned char input[4 * OUTBOX_SIZE]; /* not yet taken */
  size_t input_size;
  uint64_t frames;
};
extern struct program program;

/* The session under test. */
extern struct session *session;

/* Does what the supervisor's loop does after it has read. */
void settle(void);

/* A program that has not greeted yet. */
void program_begin(void);

/* Reads up to `most` bytes of what waits for it, and holds what they say against what may be said. */
void program_reads(size_t most);

/* Greets, whatever came before. All must be well then. */
void program_greets(void);

/* Says something that it may. Some of it may wait until `program_flushes`. */
void program_speaks(void);
void program_keeps_output(void);
void program_flushes(void);

/* Says something that it may not, so that the session must let go of it, and nothing more that makes sense until it greets. */
void program_breaks_a_rule(void);

/* Says whatever: what is cut off, what has turned on its way, what was never meant. */
void program_misspeaks(void);

/* The connection on which the mood is lived out: one of the latest. */
uint32_t in_the_mood(void);

/* NULL where the program knows of none that is open. */
struct conversation *conversation_of(uint32_t number);
void close_conversation(struct conversation *conversation);

extern unsigned char nonce[NONCE_SIZE];

#endif
