#include "service.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "handshake.h"
#include "problem.h"

#define HEADERS_BYTES_MAX 65536

struct incoming {
  int descriptor;
  char bytes[16384];
  size_t next, count;
};

static _Noreturn void unreachable(const char *why) {
  fail(NO_SERVICE, "service_unreachable", "the System Service does not answer: %s", why);
}

static int next_byte(struct incoming *incoming) {
  if (incoming->next == incoming->count) {
    ssize_t count;
    do count = read(incoming->descriptor, incoming->bytes, sizeof incoming->bytes);
    while (count < 0 && errno == EINTR);
    if (count < 0) unreachable(strerror(errno));
    if (count == 0) return -1;
    incoming->next = 0;
    incoming->count = (size_t)count;
  }
  return (unsigned char)incoming->bytes[incoming->next++];
}

/* Takes `count` bytes, or with `to_end` all that come. */
static void take_bytes(struct incoming *incoming, size_t count, bool to_end, struct text *text) {
  while (count > 0 || to_end) {
    int byte = next_byte(incoming);
    if (byte < 0) {
      if (to_end) return;
      unreachable("its answer breaks off");
    }
    incoming->next--;
    size_t some = incoming->count - incoming->next;
    if (!to_end && some > count) some = count;
    text_add(text, incoming->bytes + incoming->next, some);
    incoming->next += some;
    if (!to_end) count -= some;
  }
}

/* A line without its end. */
static void take_line(struct incoming *incoming, struct text *line, size_t *left) {
  line->length = 0;
  text_say(line, "");
  for (;;) {
    int byte = next_byte(incoming);
    if (byte < 0) unreachable("its answer breaks off");
    if ((*left)-- == 0) unreachable("its headers are too long");
    if (byte == '\n') break;
    char one = (char)byte;
    text_add(line, &one, 1);
  }
  if (line->length > 0 && line->bytes[line->length - 1] == '\r') line->bytes[--line->length] = '\0';
}

static size_t whole(const char *words, int base) {
  char *end;
  errno = 0;
  unsigned long value = strtoul(words, &end, base);
  if (end == words || errno != 0 || value > TEXT_BYTES_MAX) unreachable("its answer is too large");
  return value;
}

static void take_chunks(struct incoming *incoming, struct text *body) {
  struct text line = {0};
  for (;;) {
    size_t left = 1024;
    take_line(incoming, &line, &left);
    size_t count = whole(line.bytes, 16);
    if (count == 0) break;
    take_bytes(incoming, count, false, body);
    take_line(incoming, &line, &left);
  }
  free(line.bytes);
}

static struct answer take_answer(struct incoming *incoming) {
  struct answer answer = {0};
  struct text line = {0};
  size_t left = HEADERS_BYTES_MAX, length = 0;
  bool is_chunked = false, has_length = false;
  take_line(incoming, &line, &left);
  if (sscanf(line.bytes, "HTTP/1.%*1[01] %3d", &answer.status) != 1) unreachable("what answers is not HTTP/1.1");
  for (;;) {
    take_line(incoming, &line, &left);
    if (line.length == 0) break;
    char *colon = strchr(line.bytes, ':');
    if (colon == NULL) continue;
    *colon = '\0';
    char *value = colon + 1 + strspn(colon + 1, " \t");
    if (strcasecmp(line.bytes, "content-length") == 0) {
      length = whole(value, 10);
      has_length = true;
    } else if (strcasecmp(line.bytes, "transfer-encoding") == 0)
      is_chunked = strcasecmp(value, "chunked") == 0;
  }
  text_say(&answer.body, "");
  if (is_chunked)
    take_chunks(incoming, &answer.body);
  else
    take_bytes(incoming, length, !has_length, &answer.body);
  free(line.bytes);
  return answer;
}

/* Of http://127.0.0.1:8080 the address. */
static struct sockaddr_in address_of(const char *url) {
  struct sockaddr_in address = {.sin_family = AF_INET};
  char host[64];
  unsigned port = 80;
  char end = '\0';
  int found = sscanf(url, "http://%63[0-9.a-z]:%5u%c", host, &port, &end);
  if (found < 1 || found == 3 || port == 0 || port > 65535 ||
      inet_pton(AF_INET, strcmp(host, "localhost") == 0 ? "127.0.0.1" : host, &address.sin_addr) != 1)
    fail(NO_SERVICE, "service_unreachable", "BP_SERVICE_URL must be like http://127.0.0.1:8080: %s", url);
  address.sin_port = htons((uint16_t)port);
  return address;
}

static void send_all(int descriptor, const struct text *text) {
  for (size_t sent = 0; sent < text->length;) {
    ssize_t count = send(descriptor, text->bytes + sent, text->length - sent, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    /* Who refuses a body answers before it has read all of it. */
    if (count < 0 && (errno == EPIPE || errno == ECONNRESET)) return;
    if (count < 0) unreachable(strerror(errno));
    sent += (size_t)count;
  }
}

struct answer service_call(const char *method, const char *path, const struct text *body, const char *key) {
  const char *url = handshake_service();
  struct sockaddr_in address = address_of(url);
  struct text head = {0};
  char length[64];
  text_say(&head, method);
  text_say(&head, " ");
  text_say(&head, path);
  text_say(&head, " HTTP/1.1\r\nHost: ");
  text_say(&head, url + strlen("http://"));
  text_say(&head, "\r\nConnection: close\r\nAuthorization: Bearer ");
  text_say(&head, handshake_token());
  if (key != NULL) {
    text_say(&head, "\r\nIdempotency-Key: ");
    text_say(&head, key);
  }
  if (body != NULL) {
    snprintf(length, sizeof length, "%zu", body->length);
    text_say(&head, "\r\nContent-Type: application/json\r\nContent-Length: ");
    text_say(&head, length);
  }
  text_say(&head, "\r\n\r\n");

  struct incoming incoming = {.descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  if (incoming.descriptor < 0) unreachable(strerror(errno));
  if (connect(incoming.descriptor, (struct sockaddr *)&address, sizeof address) != 0) unreachable(strerror(errno));
  send_all(incoming.descriptor, &head);
  if (body != NULL) send_all(incoming.descriptor, body);
  struct answer answer = take_answer(&incoming);
  close(incoming.descriptor);
  free(head.bytes);
  return answer;
}

static enum ending refusals_end = REFUSED;

void service_refusals_end(enum ending ending) { refusals_end = ending; }

struct text service_ask(const char *method, const char *path, const struct text *body, const char *key) {
  struct answer answer = service_call(method, path, body, key);
  if (answer.status < 200 || answer.status > 299)
    refused(refusals_end, answer.status, answer.body.bytes, answer.body.length);
  return answer.body;
}
