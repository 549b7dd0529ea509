#include "content.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "connection.h"
#include "porter.h"

static const struct options *options;
static struct session *session;
static struct connection connection;
static bool is_joined; /* `connection` has the socket of a porter */
static uint32_t opened; /* which of the session's contents it is for */

void content_begin(const struct options *own_options, struct session *own_session) {
  options = own_options;
  session = own_session;
}

static void join(void) {
  struct channel *channel = &session->content;
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    channel_reset(channel);
    return;
  }
  pid_t pid = fork();
  if (pid == 0) porter_run(options, ends[1]);
  close(ends[1]);
  if (pid < 0 || fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0) {
    close(ends[0]);
    channel_reset(channel);
    return;
  }
  connection_open(&connection, channel, ends[0]);
  is_joined = true;
}

static void tidy(void) {
  struct channel *channel = &session->content;
  if (!is_joined) {
    if (channel->state == CHANNEL_GONE) channel->state = CHANNEL_FREE;
    return;
  }
  if (opened != session->contents_opened) {
    /* It is another's by now: the one before it has been broken off. */
    close(connection.fd);
    is_joined = false;
    return;
  }
  connection_tidy(&connection);
  is_joined = channel->state == CHANNEL_OPEN;
}

struct pollfd content_poll(void) {
  tidy();
  if (session->content.state == CHANNEL_OPEN && opened != session->contents_opened) {
    opened = session->contents_opened;
    join();
    /* What came together with the opening wakes nobody any more. */
    if (is_joined) connection_pass_on(&connection);
  }
  if (!is_joined) return (struct pollfd){.fd = -1};
  return connection_poll(&connection, outbox_has_room(&session->outbox));
}

void content_pass_on(struct pollfd entry) {
  if (!is_joined || opened != session->contents_opened) return;
  if ((entry.revents & (POLLOUT | POLLERR)) != 0) connection.is_full = false;
  connection_pass_on(&connection);
  tidy();
}

void content_hear(struct pollfd entry) {
  if (is_joined && opened == session->contents_opened) connection_hear(&connection, session, entry.revents);
}

bool content_is_open(void) { return is_joined; }
