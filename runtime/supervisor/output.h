#ifndef OUTPUT_H
#define OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "outbox.h"

/* As much is held while the agent runs; what it prints beyond waits in its pipe, and then it waits itself. */
enum { OUTPUT_SIZE = 262144 };

/* By which of its two outputs the agent has printed something. */
enum source { SOURCE_STDOUT, SOURCE_STDERR, SOURCES };

/*
 * What the agent prints: its pipes, and what was read from there until the program has said to keep it, in the order in
 * which it was read. Places count from the first byte that was printed: kept <= sent <= printed.
 */
struct output {
  int fds[SOURCES];       /* from which it is read; -1 before `output_open` and after its end */
  int agent_fds[SOURCES]; /* into which the agent prints; -1 once it alone has them */
  uint64_t kept;
  uint64_t sent;
  uint64_t printed;
  uint32_t window; /* how much the program takes beyond what is kept */
  bool ended;      /* nothing more will come */
  bool said_last;  /* and the program has been told */
  unsigned char *bytes;   /* the byte at a place is at its remainder by `size` */
  unsigned char *sources; /* a bit for each of them, the lowest first */
  size_t size;            /* a multiple of 8 */
};

/* Makes it without pipes. */
void output_begin(struct output *output);

/* Makes the pipes. False, with errno set, where that is not possible. */
bool output_open(struct output *output);

/* To be called when the agent has been forked: the end is only seen where nobody else could print. */
void output_leave_to_agent(struct output *output);

/* How much may be read from the pipes now. */
size_t output_room(const struct output *output);

/* Puts bytes behind the others, as `output_read` does; there must be room. */
void output_put(struct output *output, const unsigned char *bytes, size_t count, enum source source);

/* Reads what has been printed into these pipes, as far as there is room, and no pipe takes it all. Never blocks. */
void output_read(struct output *output, const bool printed[SOURCES]);

/* Reads all that is left when nobody can print any more, however much that is. */
void output_drain(struct output *output);

/* Goes on at the place that the program names, or the nearest that is held. Returns it; what is before counts as kept. */
uint64_t output_resume(struct output *output, uint64_t place, uint32_t window);

/* The program has kept `count` bytes more. False where they weren't even sent. */
bool output_keep(struct output *output, uint32_t count);

/* Whether the program would take data of it now. */
bool output_can_send(const struct output *output);

/* Adds one frame of one source, as large as may be; there must be something to send, and room. */
void output_send(struct output *output, struct outbox *outbox);

/* Says that it has ended, once all has been sent. True when that is said. */
bool output_settle(struct output *output, struct outbox *outbox);

/* What isn't kept, in two pieces. */
void output_held(const struct output *output, struct iovec pieces[2]);

/* The bits of its sources, from the byte on that holds the one of its first place. */
void output_held_sources(const struct output *output, struct iovec pieces[2]);

#endif
