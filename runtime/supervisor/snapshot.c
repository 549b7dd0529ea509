#include "snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include "carriage.h"
#include "place.h"

enum { FILES_MAX = 64 };

/* All are open before the first of them is read: nobody can put another in a place meanwhile. */
static struct wanted {
  int fd;
  struct stat status;
} wanted[FILES_MAX];

/*
 * Only a regular file is opened: anything else could make us wait. What its owner has locked stays locked, since its agent
 * is at work.
 */
static int open_file(const struct place *place, struct stat *status) {
  if (fstatat(place->directory, place->name, status, AT_SYMLINK_NOFOLLOW) != 0) return -1;
  errno = S_ISLNK(status->st_mode) ? ELOOP : EINVAL;
  if (!S_ISREG(status->st_mode)) return -1;
  return openat(place->directory, place->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

/* Hears a path and opens what is there. Returns 0, or why it can't be had. */
static int want(struct wanted *file) {
  struct place place = place_hear();
  int error = place.error;
  file->fd = -1;
  if (place.directory >= 0) {
    file->fd = open_file(&place, &file->status);
    error = file->fd < 0 ? errno : 0;
  }
  place_leave(&place);
  if (error != 0) return error;
  /* It may be another by now than the one that was looked at. */
  if (fstat(file->fd, &file->status) != 0) return errno;
  return S_ISREG(file->status.st_mode) ? 0 : EINVAL;
}

static bool is_same_time(struct timespec one, struct timespec other) {
  return one.tv_sec == other.tv_sec && one.tv_nsec == other.tv_nsec;
}

/* Tells what is in the file, no more than it held when it was opened. Returns 0, or why that is not what it held then. */
static int tell_content(const struct wanted *file) {
  static unsigned char bytes[CARRIAGE_PIECE_MAX];
  struct stat now;
  for (off_t at = 0; at < file->status.st_size;) {
    off_t left = file->status.st_size - at;
    ssize_t count = pread(file->fd, bytes, left < CARRIAGE_PIECE_MAX ? (size_t)left : sizeof bytes, at);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno;
    if (count == 0) return ESTALE;
    carriage_say("D", 1);
    carriage_say_64((uint64_t)at);
    carriage_say_32((uint32_t)count);
    carriage_say(bytes, (size_t)count);
    at += count;
  }
  if (fstat(file->fd, &now) != 0) return errno;
  bool is_same = now.st_size == file->status.st_size && is_same_time(now.st_mtim, file->status.st_mtim) &&
                 is_same_time(now.st_ctim, file->status.st_ctim);
  return is_same ? 0 : ESTALE;
}

static void tell_all(int count) {
  int error = 0;
  for (int i = 0; i < count && error == 0; i++) {
    error = tell_content(&wanted[i]);
    carriage_say(".", 1);
    carriage_say_16((uint16_t)error);
  }
}

void snapshot_tell(void) {
  int count = carriage_hear_16(), error = 0, which = 0;
  uint64_t room = carriage_hear_64();
  if (count > FILES_MAX) carriage_end();
  for (int i = 0; i < count; i++) {
    int own_error = want(&wanted[i]);
    uint64_t size = own_error == 0 ? (uint64_t)wanted[i].status.st_size : 0;
    if (own_error == 0 && size > room) own_error = EFBIG;
    else room -= size;
    if (error != 0 || own_error == 0) continue;
    error = own_error;
    which = i;
  }
  carriage_say("T", 1);
  carriage_say_16((uint16_t)error);
  carriage_say_16((uint16_t)which);
  if (error == 0) tell_all(count);
  for (int i = 0; i < count; i++)
    if (wanted[i].fd >= 0) close(wanted[i].fd);
}
