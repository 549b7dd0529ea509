#include "listing.h"

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

enum end { COMPLETE, TOO_MANY, INCOMPLETE };
enum { BLOCK_SIZE = 512 };
#define UNLOCK 0x80000000U

struct walk {
  bool tells;   /* each entry, instead of counting them */
  bool unlocks; /* what its owner has locked */
  uint32_t room;
  uint64_t files;
  uint64_t bytes;
  uint64_t root_bytes; /* of the root alone */
  enum end end;
};

static char path[PLACE_PATH_MAX + 1];

static void tell_link(int directory, const char *name) {
  char target[4096];
  ssize_t length = readlinkat(directory, name, target, sizeof target);
  if (length < 0) length = 0;
  carriage_say_16((uint16_t)length);
  carriage_say(target, (size_t)length);
}

static char kind_of(mode_t mode) {
  if (S_ISREG(mode)) return 'f';
  if (S_ISDIR(mode)) return 'd';
  return S_ISLNK(mode) ? 'l' : 'o';
}

static void tell(int directory, const char *name, const struct stat *status, size_t path_length) {
  char head[] = {'E', kind_of(status->st_mode)};
  carriage_say(head, sizeof head);
  carriage_say_16((uint16_t)(status->st_mode & 07777));
  carriage_say_64((uint64_t)status->st_size);
  carriage_say_64((uint64_t)status->st_blocks * BLOCK_SIZE);
  carriage_say_64(status->st_ino);
  carriage_say_64(carriage_time(status->st_ctim));
  carriage_say_64(carriage_time(status->st_mtim));
  carriage_say_16((uint16_t)path_length);
  carriage_say(path, path_length);
  if (S_ISLNK(status->st_mode)) tell_link(directory, name);
}

/* Where its owner may not enter it, it may once its mode is changed, which only its owner does. */
static void unlock(int directory, const char *name, struct stat *status) {
  if ((status->st_mode & S_IRWXU) == S_IRWXU) return;
  if (fchmodat(directory, name, (status->st_mode & 0777) | S_IRWXU, 0) != 0) return;
  fstatat(directory, name, status, AT_SYMLINK_NOFOLLOW);
}

static void walk_in(struct walk *walk, int fd, size_t length, int depth);

static void look_at(struct walk *walk, int directory, const char *name, size_t length, int depth) {
  struct stat status;
  size_t name_length = strlen(name);
  if (fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno != ENOENT) walk->end = INCOMPLETE;
    return;
  }
  if (walk->room == 0) {
    walk->end = TOO_MANY;
    return;
  }
  walk->room--;
  walk->files++;
  walk->bytes += (uint64_t)status.st_blocks * BLOCK_SIZE;
  bool is_directory = S_ISDIR(status.st_mode);
  if (is_directory && walk->unlocks) unlock(directory, name, &status);
  memcpy(path + length, name, name_length);
  length += name_length;
  if (walk->tells) tell(directory, name, &status, length);
  if (!is_directory) return;

  int child = depth == PLACE_DEPTH_MAX ? -1 : openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (child < 0) {
    /* An empty one at the greatest depth can't be told from another; it is refused as well. */
    if (walk->end == COMPLETE) walk->end = INCOMPLETE;
    return;
  }
  path[length] = '/';
  walk_in(walk, child, length + 1, depth + 1);
}

/* Takes `fd` over. `length` is that of the path so far, with its slash. */
static void walk_in(struct walk *walk, int fd, size_t length, int depth) {
  DIR *directory = fdopendir(fd);
  if (directory == NULL) {
    close(fd);
    walk->end = INCOMPLETE;
    return;
  }
  const struct dirent *entry;
  while (walk->end != TOO_MANY && (entry = readdir(directory)) != NULL)
    if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
      look_at(walk, fd, entry->d_name, length, depth);
  closedir(directory);
}

static void walk_all(struct walk *walk) {
  struct stat status;
  int root = place_root(O_RDONLY);
  if (root < 0) {
    walk->end = INCOMPLETE;
    return;
  }
  if (fstat(root, &status) == 0) walk->root_bytes = (uint64_t)status.st_blocks * BLOCK_SIZE;
  walk_in(walk, root, 0, 1);
}

void listing_tell(void) {
  uint32_t most = carriage_hear_32();
  struct walk walk = {.tells = true, .unlocks = (most & UNLOCK) != 0, .room = most & ~UNLOCK};
  if (walk.unlocks) chmod("/workspace", S_IRWXU);
  walk_all(&walk);
  carriage_say(".", 1);
  carriage_say_8((uint8_t)walk.end);
  carriage_say_64(walk.root_bytes);
}

void listing_weigh(void) {
  struct walk walk = {.room = carriage_hear_32()};
  walk_all(&walk);
  carriage_say("W", 1);
  carriage_say_8((uint8_t)walk.end);
  carriage_say_64(walk.root_bytes + walk.bytes);
  carriage_say_64(walk.files);
}
