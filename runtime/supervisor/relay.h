#ifndef RELAY_H
#define RELAY_H

#include <poll.h>
#include <stdint.h>

#include "options.h"

/*
 * Carries TCP connections to 127.0.0.1 on to the System Service's Unix socket, byte for byte. It is driven by the
 * supervisor's one loop and never waits by itself.
 */
enum { RELAY_CONNECTIONS_MAX = 128, RELAY_POLL_MAX = 1 + 2 * RELAY_CONNECTIONS_MAX };

/* Returns NULL, or the name of the step that failed, with errno set. */
const char *relay_listen(const struct options *options);

/* Adds what the relay waits for to `entries` and returns how many those are, RELAY_POLL_MAX at most. */
int relay_poll(struct pollfd *entries, int64_t now_us);

/* Does what can be done after a poll. `entries` are those of `relay_poll`. */
void relay_serve(const struct pollfd *entries, int64_t now_us);

/* When `relay_serve` must be called even if nothing is heard; INT64_MAX: never. */
int64_t relay_due_us(void);

#endif
