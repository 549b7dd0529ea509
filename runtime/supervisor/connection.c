#include "connection.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

/*
 * A service that is being restarted is called again for a while. A client whose peer has gone away for good has a moment
 * to take the rest of the answer and close.
 */
enum { RETRY_US = 10000, CALL_PATIENCE_US = 5000000, CLOSE_PATIENCE_US = 1000000 };

static void connection_close(struct connection *connection) {
  close(connection->client);
  close(connection->service);
  connection->state = CONNECTION_FREE;
}

static void call(struct connection *connection, const struct sockaddr_un *service, int64_t now_us) {
  int result = connect(connection->service, (const struct sockaddr *)service, sizeof *service);
  if (result == 0) {
    connection->state = CONNECTION_OPEN;
    connection->close_at_us = 0;
    return;
  }
  /* EAGAIN: its queue is full, and no event tells when it no longer is. The other two: there is no listener now. */
  bool may_come = errno == EAGAIN || errno == EINTR || errno == ECONNREFUSED || errno == ENOENT;
  if (!may_come || now_us >= connection->close_at_us) {
    connection_close(connection);
    return;
  }
  connection->retry_at_us = now_us + RETRY_US;
}

bool connection_open(struct connection *connection, int client, const struct sockaddr_un *service, int64_t now_us) {
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) {
    close(client);
    return false;
  }
  connection->state = CONNECTION_CALLING;
  connection->client = client;
  connection->service = fd;
  connection->close_at_us = now_us + CALL_PATIENCE_US;
  connection->request = (struct stream){.first = 0};
  connection->response = (struct stream){.first = 0};
  call(connection, service, now_us);
  return true;
}

/* A hang-up is reported whether asked for or not: what can't be acted on now must not be watched, or we would spin. */
static struct pollfd interest(int fd, bool input, bool output, bool hang_up) {
  short events = (short)((input ? POLLIN : 0) | (output ? POLLOUT : 0));
  return (struct pollfd){.fd = events == 0 && !hang_up ? -1 : fd, .events = events};
}

void connection_poll(const struct connection *connection, struct pollfd entries[2]) {
  const struct stream *request = &connection->request, *response = &connection->response;
  if (connection->state != CONNECTION_OPEN) {
    entries[0] = entries[1] = (struct pollfd){.fd = -1};
    return;
  }
  entries[0] = interest(connection->client, stream_wants_input(request), stream_wants_output(response),
                        request->source_ended && !response->finished);
  entries[1] = interest(connection->service, stream_wants_input(response), stream_wants_output(request),
                        response->finished && !request->receiver_gone);
}

/*
 * Has the peer closed both directions or broken off, and not only said its last word? (Of a TCP peer this can only be
 * told while our own direction is open: closed on both sides looks the same.)
 */
static bool hung_up(int fd) {
  struct pollfd entry = {.fd = fd};
  return poll(&entry, 1, 0) > 0 && (entry.revents & (POLLHUP | POLLERR)) != 0;
}

/* Moves what there is, both ways. Returns false when the connection is over. */
static bool move(struct connection *connection) {
  struct stream *request = &connection->request, *response = &connection->response;

  if (stream_move(request, connection->client, connection->service) == STREAM_SOURCE_BROKE) return false;
  /* A service that broke off still leaves the client what it had sent before. */
  stream_move(response, connection->service, connection->client);

  if (response->receiver_gone || (stream_is_over(request) && stream_is_over(response))) return false;
  if (request->source_ended && !response->finished && hung_up(connection->client)) return false;
  if (response->finished && hung_up(connection->service)) request->receiver_gone = true;
  return true;
}

void connection_serve(struct connection *connection, const struct sockaddr_un *service, int64_t now_us) {
  if (connection->state == CONNECTION_CALLING && now_us >= connection->retry_at_us) call(connection, service, now_us);
  if (connection->state != CONNECTION_OPEN) return;

  bool late = connection->close_at_us != 0 && now_us >= connection->close_at_us;
  if (!move(connection) || late) {
    connection_close(connection);
    return;
  }
  bool answered_for_good = connection->response.finished && connection->request.receiver_gone;
  if (answered_for_good && connection->close_at_us == 0) connection->close_at_us = now_us + CLOSE_PATIENCE_US;
}

int64_t connection_due_us(const struct connection *connection) {
  if (connection->state == CONNECTION_CALLING) return connection->retry_at_us;
  if (connection->state == CONNECTION_OPEN && connection->close_at_us != 0) return connection->close_at_us;
  return INT64_MAX;
}
