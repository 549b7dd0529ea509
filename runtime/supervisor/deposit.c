#include "deposit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "carriage.h"
#include "place.h"

enum { TARGET_MAX = 4095, MODE_MAX = 0777 };

static mode_t hear_mode(void) {
  uint16_t mode = carriage_hear_16();
  if (mode > MODE_MAX) carriage_end();
  return mode;
}

static bool is_directory(const struct place *place) {
  struct stat status;
  return fstatat(place->directory, place->name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(status.st_mode);
}

/* Takes away whatever stands there and is no directory. Returns an error, or 0. */
static int clear(const struct place *place) {
  if (place->directory < 0) return place->error;
  if (is_directory(place)) return EISDIR;
  return unlinkat(place->directory, place->name, 0) == 0 || errno == ENOENT ? 0 : errno;
}

static int write_piece(int fd, const unsigned char *bytes, size_t count, uint64_t offset) {
  while (count > 0) {
    ssize_t written = pwrite(fd, bytes, count, (off_t)offset);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes += written;
    count -= (size_t)written;
    offset += (uint64_t)written;
  }
  return 0;
}

/* Hears all pieces, whether or not they can be written. */
static int take_pieces(int fd, int error) {
  static unsigned char bytes[CARRIAGE_PIECE_MAX];
  for (;;) {
    uint8_t kind = carriage_hear_8();
    if (kind == '.') return error;
    if (kind != 'D') carriage_end();
    uint64_t offset = carriage_hear_64();
    uint32_t count = carriage_hear_32();
    if (count > sizeof bytes || offset > INT64_MAX - sizeof bytes) carriage_end();
    carriage_hear(bytes, count);
    if (error == 0) error = write_piece(fd, bytes, count, offset);
  }
}

static struct timespec hear_time(void) {
  int64_t time = (int64_t)carriage_hear_64(), second = 1000000000;
  int64_t rest = time % second < 0 ? time % second + second : time % second;
  return (struct timespec){.tv_sec = (time - rest) / second, .tv_nsec = rest};
}

void deposit_file(void) {
  struct place place = place_hear();
  mode_t mode = hear_mode();
  int fd = -1, error = clear(&place);
  if (error == 0) {
    fd = openat(place.directory, place.name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) error = errno;
  }
  error = take_pieces(fd, error);
  uint64_t size = carriage_hear_64();
  struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, hear_time()};
  if (error == 0 && (size > INT64_MAX || ftruncate(fd, (off_t)size) != 0 || fchmod(fd, mode) != 0 || futimens(fd, times) != 0))
    error = size > INT64_MAX ? EFBIG : errno;
  if (fd >= 0) close(fd);
  place_answer(&place, error);
  place_leave(&place);
}

void deposit_folder(void) {
  struct place place = place_hear();
  mode_t mode = hear_mode();
  int error = clear(&place);
  if (error == EISDIR) error = 0;
  if (error == 0 && mkdirat(place.directory, place.name, S_IRWXU) != 0 && errno != EEXIST) error = errno;
  if (error == 0 && fchmodat(place.directory, place.name, mode, 0) != 0) error = errno;
  place_answer(&place, error);
  place_leave(&place);
}

void deposit_link(void) {
  static char target[TARGET_MAX + 1];
  struct place place = place_hear();
  size_t length = carriage_hear_16();
  if (length == 0 || length > TARGET_MAX) carriage_end();
  carriage_hear(target, length);
  target[length] = '\0';
  if (strlen(target) != length) carriage_end();
  int error = clear(&place);
  if (error == 0 && symlinkat(target, place.directory, place.name) != 0) error = errno;
  place_answer(&place, error);
  place_leave(&place);
}

static int remove_tree(int directory, const char *name, int depth) {
  if (unlinkat(directory, name, 0) == 0 || errno == ENOENT) return 0;
  if (errno != EISDIR && errno != EPERM) return errno;
  if (depth > PLACE_DEPTH_MAX) return ELOOP;
  int fd = openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0 && errno == EACCES && fchmodat(directory, name, S_IRWXU, 0) == 0)
    fd = openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  DIR *all = fd < 0 ? NULL : fdopendir(fd);
  if (all == NULL) {
    int error = errno;
    if (fd >= 0) close(fd);
    return error;
  }
  fchmod(fd, S_IRWXU);
  int error = 0;
  const struct dirent *entry;
  while (error == 0 && (entry = readdir(all)) != NULL)
    if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
      error = remove_tree(fd, entry->d_name, depth + 1);
  closedir(all);
  if (error == 0 && unlinkat(directory, name, AT_REMOVEDIR) != 0 && errno != ENOENT) error = errno;
  return error;
}

void deposit_removal(void) {
  struct place place = place_hear();
  /* What can't be reached isn't there. */
  int error = place.directory < 0 ? (place.error == ENOENT || place.error == ENOTDIR ? 0 : place.error)
                                  : remove_tree(place.directory, place.name, 1);
  place_answer(&place, error);
  place_leave(&place);
}
