#ifndef CONNECTION_H
#define CONNECTION_H

#include <poll.h>
#include <stdbool.h>

#include "session.h"

/* The agent's side of an open channel: its socket. */
struct connection {
  struct channel *channel;
  int fd;
  bool is_full; /* it takes no more until it says so */
  bool is_shut; /* the agent has been told that the program has said its last */
};

/* Takes `fd` over. */
void connection_open(struct connection *connection, struct channel *channel, int fd);

/* What it waits for; `has_room`: whether what it says could be sent on. */
struct pollfd connection_poll(const struct connection *connection, bool has_room);

/* Passes on to the agent what can be. */
void connection_pass_on(struct connection *connection);

/* Reads once what the agent has said. Something must fit into the channel's window and the outbox. */
void connection_read(struct connection *connection, struct session *session);

/* Does what can be done about what was heard after `connection_poll`. */
void connection_hear(struct connection *connection, struct session *session, short heard);

/* Closes and frees it where it is over, or broken by the program. */
void connection_tidy(struct connection *connection);

#endif
