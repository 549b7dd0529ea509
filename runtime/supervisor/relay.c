#include "relay.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "connection.h"

/* Descriptors kept back for all that isn't a connection; the most that is accepted between two looks at the budget. */
enum { DESCRIPTORS_KEPT = 24, ACCEPT_AT_ONCE = 8, SHORTAGE_PAUSE_US = 50000 };

static int listener = -1;
static struct sockaddr_un service_address;
static struct connection connections[RELAY_CONNECTIONS_MAX];
static int connections_max;
static int64_t accept_again_at_us;

/* The engine normally does this; without it 127.0.0.1 is no address. It may not be ours to do, and bind will tell. */
static void bring_loopback_up(int fd) {
  struct ifreq request = {.ifr_name = "lo"};
  if (ioctl(fd, SIOCGIFFLAGS, &request) != 0 || (request.ifr_flags & IFF_UP) != 0) return;
  request.ifr_flags |= IFF_UP;
  if (ioctl(fd, SIOCSIFFLAGS, &request) != 0) errno = 0;
}

/* Never takes on more connections than there are descriptors for. */
static int affordable_connections(void) {
  struct rlimit files;
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return 1;
  files.rlim_cur = files.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &files) != 0) return 1;
  if (files.rlim_cur >= DESCRIPTORS_KEPT + 2 * RELAY_CONNECTIONS_MAX) return RELAY_CONNECTIONS_MAX;
  return files.rlim_cur <= DESCRIPTORS_KEPT + 2 ? 1 : (int)(files.rlim_cur - DESCRIPTORS_KEPT) / 2;
}

const char *relay_listen(const struct options *options) {
  struct sockaddr_in address = {
      .sin_family = AF_INET,
      .sin_port = htons(options->port),
      .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
  };
  service_address.sun_family = AF_UNIX;
  snprintf(service_address.sun_path, sizeof service_address.sun_path, "%s", options->socket_path);
  connections_max = affordable_connections();

  listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (listener < 0) return "socket";
  bring_loopback_up(listener);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0) return "bind";
  if (listen(listener, 64) != 0) return "listen";
  return NULL;
}

static struct connection *free_place(void) {
  for (int i = 0; i < connections_max; i++) {
    if (connections[i].state == CONNECTION_FREE) return &connections[i];
  }
  return NULL;
}

static void accept_some(int64_t now_us) {
  for (int i = 0; i < ACCEPT_AT_ONCE; i++) {
    struct connection *place = free_place();
    if (place == NULL) return;
    int client = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (client < 0) {
      /* Out of descriptors or memory: the caller stays in the queue, and asking at once again would spin. */
      bool nobody = errno == EAGAIN || errno == ECONNABORTED || errno == EINTR;
      if (!nobody) accept_again_at_us = now_us + SHORTAGE_PAUSE_US;
      return;
    }
    int yes = 1;
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (!connection_open(place, client, &service_address, now_us)) {
      accept_again_at_us = now_us + SHORTAGE_PAUSE_US;
      return;
    }
  }
}

int relay_poll(struct pollfd *entries, int64_t now_us) {
  bool accepts = free_place() != NULL && now_us >= accept_again_at_us;
  int count = 0;
  entries[count++] = (struct pollfd){.fd = accepts ? listener : -1, .events = POLLIN};
  for (int i = 0; i < connections_max; i++) {
    if (connections[i].state == CONNECTION_FREE) continue;
    connection_poll(&connections[i], &entries[count]);
    count += 2;
  }
  return count;
}

void relay_serve(const struct pollfd *entries, int64_t now_us) {
  int at = 1;
  if (now_us >= accept_again_at_us) accept_again_at_us = 0;
  /* In the order of `relay_poll`: a place that is taken now was taken then, as only the accepting below takes one. */
  for (int i = 0; i < connections_max; i++) {
    if (connections[i].state == CONNECTION_FREE) continue;
    bool heard = entries[at].revents != 0 || entries[at + 1].revents != 0;
    at += 2;
    if (heard || now_us >= connection_due_us(&connections[i])) {
      connection_serve(&connections[i], &service_address, now_us);
    }
  }
  if (entries[0].revents != 0) accept_some(now_us);
}

int64_t relay_due_us(void) {
  int64_t due = accept_again_at_us == 0 ? INT64_MAX : accept_again_at_us;
  for (int i = 0; i < connections_max; i++) {
    int64_t own = connection_due_us(&connections[i]);
    if (own < due) due = own;
  }
  return due;
}
