#include "withdrawal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include "carriage.h"
#include "place.h"

/* Only a regular file is opened: anything else could make us wait. */
static int open_file(const struct place *place) {
  struct stat status;
  int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  if (fstatat(place->directory, place->name, &status, AT_SYMLINK_NOFOLLOW) != 0) return -1;
  errno = EINVAL;
  if (!S_ISREG(status.st_mode)) return -1;
  int fd = openat(place->directory, place->name, flags);
  if (fd >= 0 || errno != EACCES) return fd;
  /* Its owner has locked it. */
  if (fchmodat(place->directory, place->name, (status.st_mode & 0777) | S_IRUSR, 0) != 0) return -1;
  return openat(place->directory, place->name, flags);
}

/* Where the next content is, without the holes that the filesystem knows of. Negative at the end. */
static off_t next_content(int fd, off_t from) {
  off_t at = lseek(fd, from, SEEK_DATA);
  if (at < 0 && errno == EINVAL) return from;
  return at;
}

static int tell_content(int fd) {
  static unsigned char bytes[CARRIAGE_PIECE_MAX];
  for (off_t at = next_content(fd, 0); at >= 0;) {
    ssize_t count = pread(fd, bytes, sizeof bytes, at);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno;
    if (count == 0) return 0;
    carriage_say("D", 1);
    carriage_say_64((uint64_t)at);
    carriage_say_32((uint32_t)count);
    carriage_say(bytes, (size_t)count);
    at = next_content(fd, at + count);
  }
  return errno == ENXIO ? 0 : errno;
}

void withdrawal_tell(void) {
  struct place place = place_hear();
  struct stat status = {.st_size = 0};
  int error = place.error;
  int fd = place.directory < 0 ? -1 : open_file(&place);
  if (place.directory >= 0) error = fd < 0 ? errno : tell_content(fd);
  if (fd >= 0 && fstat(fd, &status) != 0) error = errno;
  if (fd >= 0) close(fd);
  place_leave(&place);
  carriage_say(".", 1);
  carriage_say_16((uint16_t)error);
  carriage_say_64((uint64_t)status.st_size);
  carriage_say_64(status.st_ino);
  carriage_say_64(carriage_time(status.st_ctim));
  carriage_say_64(carriage_time(status.st_mtim));
}
