#include "place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "carriage.h"

static char path[PLACE_PATH_MAX + 1];

static bool is_name(const char *name, size_t length) {
  if (length == 0 || length > PLACE_NAME_MAX) return false;
  return !(name[0] == '.' && (length == 1 || (length == 2 && name[1] == '.')));
}

int place_root(int flags) { return open("/workspace", flags | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC); }

/* Goes on to a directory in the one that `place` stands for. */
static void enter(struct place *place, const char *name) {
  int next = openat(place->directory, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (next < 0) place->error = errno;
  close(place->directory);
  place->directory = next;
}

struct place place_hear(void) {
  size_t length = carriage_hear_16();
  if (length == 0 || length > PLACE_PATH_MAX) carriage_end();
  carriage_hear(path, length);
  path[length] = '\0';
  if (strlen(path) != length) carriage_end();

  struct place place = {.directory = place_root(O_PATH)};
  if (place.directory < 0) place.error = errno;
  char *name = path;
  for (int depth = 1;; depth++) {
    char *end = strchrnul(name, '/');
    bool is_last = *end == '\0';
    if (depth > PLACE_DEPTH_MAX || !is_name(name, (size_t)(end - name))) carriage_end();
    *end = '\0';
    if (is_last) break;
    if (place.directory >= 0) enter(&place, name);
    name = end + 1;
  }
  place.name = name;
  return place;
}

void place_leave(struct place *place) {
  if (place->directory >= 0) close(place->directory);
  place->directory = -1;
}

void place_answer(const struct place *place, int error) {
  struct stat status;
  bool known = place->directory >= 0 && fstatat(place->directory, place->name, &status, AT_SYMLINK_NOFOLLOW) == 0;
  carriage_say("K", 1);
  carriage_say_16((uint16_t)error);
  carriage_say_64(known ? status.st_ino : 0);
  carriage_say_64(known ? carriage_time(status.st_ctim) : 0);
}
