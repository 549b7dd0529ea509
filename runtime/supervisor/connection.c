#include "connection.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

void connection_open(struct connection *connection, struct channel *channel, int fd) {
  *connection = (struct connection){.channel = channel, .fd = fd};
}

static void let_go(struct connection *connection) {
  close(connection->fd);
  connection->fd = -1;
  ring_release(&connection->channel->held);
}

/* The agent must be able to tell an answer that was cut off from one that has ended. */
static void break_off(struct connection *connection) {
  struct linger at_once = {.l_onoff = 1};
  setsockopt(connection->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  let_go(connection);
}

void connection_tidy(struct connection *connection) {
  struct channel *channel = connection->channel;
  if (channel->state == CHANNEL_GONE) {
    break_off(connection);
    channel->state = CHANNEL_FREE;
  } else if (channel->state == CHANNEL_OPEN && channel_is_over(channel) && connection->is_shut) {
    let_go(connection);
    channel->state = CHANNEL_FREE;
  }
}

static void agent_broke_off(struct connection *connection) {
  break_off(connection);
  channel_reset(connection->channel);
}

/* A hang-up is heard whether asked for or not: where it can't be acted on, it must not be asked for, or we would spin. */
struct pollfd connection_poll(const struct connection *connection, bool has_room) {
  const struct channel *channel = connection->channel;
  if (channel->state != CHANNEL_OPEN) return (struct pollfd){.fd = -1};
  bool reads = has_room && !channel->ending && channel->may_send > 0;
  short events = (short)((reads ? POLLIN : 0) | (connection->is_full ? POLLOUT : 0));
  /* Closed on both sides looks the same as broken off. */
  return (struct pollfd){.fd = events == 0 && connection->is_shut ? -1 : connection->fd, .events = events};
}

void connection_pass_on(struct connection *connection) {
  struct channel *channel = connection->channel;
  while (channel->state == CHANNEL_OPEN && channel->held.length > 0 && !connection->is_full) {
    size_t size;
    const unsigned char *bytes = ring_peek(&channel->held, &size);
    ssize_t count = send(connection->fd, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count > 0) channel_pass_on(channel, (size_t)count);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno != EAGAIN) {
      agent_broke_off(connection);
      return;
    }
    connection->is_full = count < (ssize_t)size;
  }
  if (channel->state == CHANNEL_OPEN && channel->heard_last && channel->held.length == 0 && !connection->is_shut) {
    shutdown(connection->fd, SHUT_WR);
    connection->is_shut = true;
  }
}

void connection_read(struct connection *connection, struct session *session) {
  struct channel *channel = connection->channel;
  size_t most = channel->may_send < FRAME_DATA_MAX ? channel->may_send : FRAME_DATA_MAX;
  ssize_t count = recv(connection->fd, outbox_data(&session->outbox), most, MSG_DONTWAIT);
  if (count > 0) channel_send(channel, &session->outbox, &session->next_number, (size_t)count);
  if (count == 0) channel->ending = true;
  if (count < 0 && errno != EAGAIN && errno != EINTR) agent_broke_off(connection);
}

void connection_hear(struct connection *connection, struct session *session, short heard) {
  struct channel *channel = connection->channel;
  if (channel->state != CHANNEL_OPEN || heard == 0) return;
  bool reads = outbox_has_room(&session->outbox) && !channel->ending && channel->may_send > 0;
  if (reads)
    connection_read(connection, session);
  else if ((heard & (POLLHUP | POLLERR)) != 0 && !connection->is_shut)
    agent_broke_off(connection);
}
