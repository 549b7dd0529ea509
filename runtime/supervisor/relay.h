#ifndef RELAY_H
#define RELAY_H

#include <poll.h>
#include <stdint.h>

#include "options.h"
#include "session.h"

/*
 * Carries TCP connections to 127.0.0.1 on to the program, as channels of the session. It is driven by the supervisor's one
 * loop and never waits by itself. Callers for whom there is no place wait in the listener's queue.
 */
enum { RELAY_CONNECTIONS_MAX = SESSION_CONNECTIONS_MAX, RELAY_POLL_MAX = 1 + RELAY_CONNECTIONS_MAX };

/* Never more connections than there are descriptors for. */
uint32_t relay_affordable_connections(void);

/* Returns NULL, or the name of the step that failed, with errno set. */
const char *relay_listen(const struct options *options, struct session *session);

/* Adds what the relay waits for to `entries` and returns how many those are, RELAY_POLL_MAX at most. */
int relay_poll(struct pollfd *entries, int64_t now_us);

/* Passes on what the program has sent. `entries` are those of `relay_poll`, after a poll. */
void relay_pass_on(const struct pollfd *entries);

/* Reads what the agent has sent, in turns, a frame at most of each connection, and takes new callers. */
void relay_hear(const struct pollfd *entries, int64_t now_us);

/* Whether some connection would be read from where there is room. */
bool relay_would_send(void);

/* When `relay_hear` must be called even if nothing is heard; INT64_MAX: never. */
int64_t relay_due_us(void);

/* Closes all connections. */
void relay_close(void);

#endif
