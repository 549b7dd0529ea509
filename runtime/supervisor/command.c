#include "command.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

static const char go[] = "go\n";

enum command command_read(void) {
  static size_t matched;
  char byte;

  for (;;) {
    ssize_t count = read(STDIN_FILENO, &byte, 1);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return COMMAND_NONE_YET;
    if (count <= 0) return COMMAND_ENDED;
    if (byte != go[matched]) return COMMAND_UNKNOWN;
    if (++matched == strlen(go)) return COMMAND_GO;
  }
}
