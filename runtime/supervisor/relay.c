#include "relay.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "connection.h"

/* Descriptors kept back for all that isn't a connection; how many callers wait; how long after something ran out. */
enum { DESCRIPTORS_KEPT = 28, QUEUE = 1024, SHORTAGE_PAUSE_US = 50000 };

/* How long a caller that says nothing is taken for one that is about to, in seconds. */
enum { SILENCE_S = 1 };

static int listener = -1;
static struct session *session;
static struct connection connections[RELAY_CONNECTIONS_MAX]; /* each at the place of its channel */
static uint32_t turn;                                        /* which one is read from first */
static int64_t accept_again_at_us;

/* The engine normally does this; without it 127.0.0.1 is no address. It may not be ours to do, and bind will tell. */
static void bring_loopback_up(int fd) {
  struct ifreq request = {.ifr_name = "lo"};
  if (ioctl(fd, SIOCGIFFLAGS, &request) != 0 || (request.ifr_flags & IFF_UP) != 0) return;
  request.ifr_flags |= IFF_UP;
  if (ioctl(fd, SIOCSIFFLAGS, &request) != 0) errno = 0;
}

uint32_t relay_affordable_connections(void) {
  struct rlimit files;
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return 1;
  files.rlim_cur = files.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &files) != 0) return 1;
  if (files.rlim_cur >= DESCRIPTORS_KEPT + RELAY_CONNECTIONS_MAX) return RELAY_CONNECTIONS_MAX;
  return files.rlim_cur <= DESCRIPTORS_KEPT ? 1 : (uint32_t)(files.rlim_cur - DESCRIPTORS_KEPT);
}

const char *relay_listen(const struct options *options, struct session *own_session) {
  struct sockaddr_in address = {
      .sin_family = AF_INET,
      .sin_port = htons(options->port),
      .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
  };
  session = own_session;

  listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (listener < 0) return "socket";
  bring_loopback_up(listener);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0) return "bind";
  if (listen(listener, QUEUE) != 0) return "listen";
  /* Each connection has both from the listener. The second wakes us when there is a request, not before; neither is needed. */
  int yes = 1, silence = SILENCE_S;
  setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  setsockopt(listener, IPPROTO_TCP, TCP_DEFER_ACCEPT, &silence, sizeof silence);
  return NULL;
}

static bool is_taken(uint32_t place) { return session->channels[place].state != CHANNEL_FREE; }

static bool has_a_place(void) {
  for (uint32_t i = 0; i < session->connections_max; i++)
    if (!is_taken(i)) return true;
  return false;
}

/* One at a time: the next one is heard of at once, and asking whether there is one costs as much. */
static void accept_one(int64_t now_us) {
  if (!session->open || !outbox_has_room(&session->outbox) || !has_a_place()) return;
  int client = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (client < 0) {
    /* Out of descriptors or memory: the caller stays in the queue, and asking at once again would spin. */
    bool nobody = errno == EAGAIN || errno == ECONNABORTED || errno == EINTR;
    if (!nobody) accept_again_at_us = now_us + SHORTAGE_PAUSE_US;
    return;
  }
  struct channel *channel = session_open_channel(session);
  if (channel == NULL) {
    close(client);
    return;
  }
  struct connection *connection = &connections[channel - session->channels];
  connection_open(connection, channel, client);
  if (channel->may_send > 0) connection_read(connection, session);
}

int relay_poll(struct pollfd *entries, int64_t now_us) {
  bool has_room = outbox_has_room(&session->outbox);
  int count = 1;
  for (uint32_t i = 0; i < session->connections_max; i++) {
    entries[1 + i] = (struct pollfd){.fd = -1};
    if (is_taken(i)) connection_tidy(&connections[i]);
    if (!is_taken(i)) continue;
    entries[1 + i] = connection_poll(&connections[i], has_room);
    count = 1 + (int)i + 1;
  }
  bool accepts = session->open && has_room && now_us >= accept_again_at_us && has_a_place();
  entries[0] = (struct pollfd){.fd = accepts ? listener : -1, .events = POLLIN};
  return count;
}

/* A place that is taken now was taken at the poll, and has an entry: only the accepting at the end takes one. */
void relay_pass_on(const struct pollfd *entries) {
  for (uint32_t i = 0; i < session->connections_max; i++) {
    if (!is_taken(i)) continue;
    if ((entries[1 + i].revents & (POLLOUT | POLLERR)) != 0) connections[i].is_full = false;
    connection_pass_on(&connections[i]);
    connection_tidy(&connections[i]);
  }
}

void relay_hear(const struct pollfd *entries, int64_t now_us) {
  uint32_t first = turn;
  bool had_room = true;
  if (now_us >= accept_again_at_us) accept_again_at_us = 0;
  for (uint32_t n = 0; n < session->connections_max; n++) {
    uint32_t i = (first + n) % session->connections_max;
    if (!is_taken(i) || entries[1 + i].revents == 0) continue;
    /* The first that finds no room is the first when there is some again. */
    if (had_room) turn = i;
    had_room = had_room && outbox_has_room(&session->outbox);
    connection_hear(&connections[i], session, entries[1 + i].revents);
    if (had_room) turn = i + 1;
  }
  if (entries[0].revents != 0) accept_one(now_us);
}

bool relay_would_send(void) {
  for (uint32_t i = 0; i < session->connections_max; i++) {
    const struct channel *channel = &session->channels[i];
    if (channel->state == CHANNEL_OPEN && !channel->ending && channel->may_send > 0) return true;
  }
  return false;
}

int64_t relay_due_us(void) { return accept_again_at_us == 0 ? INT64_MAX : accept_again_at_us; }

void relay_close(void) {
  close(listener);
  listener = -1;
  for (uint32_t i = 0; i < session->connections_max; i++) {
    struct channel *channel = &session->channels[i];
    if (channel->state == CHANNEL_OPEN) channel->state = CHANNEL_GONE;
    if (is_taken(i)) connection_tidy(&connections[i]);
  }
}
