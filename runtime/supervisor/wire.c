#include "wire.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static bool does_not_block(int fd) {
  int flags = fcntl(fd, F_GETFL);
  return flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0;
}

const char *wire_open(void) {
  struct stat status;
  /* A terminal would change the bytes; and what is opened in the place of a missing one would become it. */
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    if (fstat(fd, &status) != 0) return "stdin, stdout and stderr must be open";
  errno = EINVAL;
  if (isatty(STDIN_FILENO) || isatty(STDOUT_FILENO)) return "stdin and stdout must be no terminal";
  return does_not_block(STDIN_FILENO) && does_not_block(STDOUT_FILENO) ? NULL : "O_NONBLOCK";
}

enum wire_result wire_read(struct session *session) {
  size_t size;
  unsigned char *to = session_input(session, &size);
  ssize_t count = read(STDIN_FILENO, to, size);
  if (count < 0) return errno == EAGAIN || errno == EINTR ? WIRE_IDLE : WIRE_ENDED;
  if (count == 0) return WIRE_ENDED;
  session_take(session, (size_t)count);
  return WIRE_MOVED;
}

bool wire_waits(const struct session *session) {
  size_t count;
  outbox_waiting(&session->outbox, &count);
  return count > 0;
}

enum wire_result wire_write(struct session *session) {
  size_t size;
  const unsigned char *bytes = outbox_waiting(&session->outbox, &size);
  if (size == 0) return WIRE_IDLE;
  ssize_t count = write(STDOUT_FILENO, bytes, size);
  if (count > 0) {
    outbox_written(&session->outbox, (size_t)count);
    return WIRE_MOVED;
  }
  if (count == 0 || errno == EAGAIN || errno == EINTR) return WIRE_IDLE;
  session_break(session);
  return WIRE_ENDED;
}
