#ifndef CONTENT_H
#define CONTENT_H

#include <poll.h>
#include <stdbool.h>

#include "options.h"
#include "session.h"

/*
 * Joins the session's content to a porter, a process of its own. Like the relay it is driven by the supervisor's loop and
 * never waits by itself.
 */
void content_begin(const struct options *options, struct session *session);

/* What it waits for. Starts a porter where the program has opened content since. */
struct pollfd content_poll(void);

/* Passes on what the program has sent. */
void content_pass_on(struct pollfd entry);

/* Reads what the porter has sent, a frame at most. */
void content_hear(struct pollfd entry);

/* Whether a porter works. */
bool content_is_open(void);

#endif
