#ifndef CONNECTION_H
#define CONNECTION_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/un.h>

#include "stream.h"

/* One connection of the agent and its counterpart to the System Service. All zero is a free place. */
struct connection {
  enum { CONNECTION_FREE, CONNECTION_CALLING, CONNECTION_OPEN } state;
  int client;
  int service;
  int64_t retry_at_us; /* while calling: when to try again */
  int64_t close_at_us; /* while calling: when to give up; while open: 0, or when to stop waiting for a silent client */
  struct stream request;
  struct stream response;
};

/* Takes `client` over. False, and closed, where no socket can be had for the service's side. */
bool connection_open(struct connection *connection, int client, const struct sockaddr_un *service, int64_t now_us);

/* Describes in two entries what the connection waits for. */
void connection_poll(const struct connection *connection, struct pollfd entries[2]);

/* Does what can be done now. Closes and frees the connection when it is over. */
void connection_serve(struct connection *connection, const struct sockaddr_un *service, int64_t now_us);

/* When `connection_serve` must be called even if nothing is heard; INT64_MAX: never. */
int64_t connection_due_us(const struct connection *connection);

#endif
