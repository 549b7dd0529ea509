#include "folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "problem.h"

#define DEPTH_MAX 32
#define FILES_MAX 10000
#define PATH_BYTES_MAX 1024

/* History, caches, and what is the parent's own. */
static const char *const LEFT_OUT[] = {
    ".",           "..",   ".git", "__pycache__", ".venv", "env.json", "memory.json", "memory.json.new", "memory.json.broken",
};

static bool is_left_out(const char *name) {
  for (size_t i = 0; i < sizeof LEFT_OUT / sizeof *LEFT_OUT; i++)
    if (strcmp(LEFT_OUT[i], name) == 0) return true;
  return false;
}

static _Noreturn void unreadable(const char *path) { fail(MISUSED, "unreadable_folder", "%s: %s", path, strerror(errno)); }

static void add_file(struct text *files, int descriptor, const char *path, bool is_executable) {
  struct text content = {0};
  if (!text_read(&content, descriptor)) unreadable(path);
  if (files->bytes[files->length - 1] == '}') text_say(files, ",");
  text_say(files, "{\"path\":");
  text_quote(files, path, strlen(path));
  text_say(files, ",\"encoding\":\"base64\",\"content\":\"");
  text_base64(files, (const unsigned char *)content.bytes, content.length);
  text_say(files, is_executable ? "\",\"executable\":true}" : "\"}");
  free(content.bytes);
}

/* Links are not followed. */
static void add_folder(struct text *files, int descriptor, const char *path, int depth, int *count) {
  DIR *folder = fdopendir(descriptor);
  struct dirent *entry;
  if (folder == NULL) unreadable(path);
  while ((entry = readdir(folder)) != NULL) {
    struct stat status;
    char below[PATH_BYTES_MAX];
    if (is_left_out(entry->d_name)) continue;
    int length = snprintf(below, sizeof below, "%s%s%s", path, *path == '\0' ? "" : "/", entry->d_name);
    if (length < 0 || (size_t)length >= sizeof below || depth == DEPTH_MAX)
      fail(MISUSED, "unreadable_folder", "%s is too deep", path);
    int opened = openat(dirfd(folder), entry->d_name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (opened < 0 && errno == ELOOP) continue;
    if (opened < 0 || fstat(opened, &status) != 0) unreadable(below);
    if (S_ISDIR(status.st_mode)) {
      add_folder(files, opened, below, depth + 1, count);
      continue;
    }
    if (S_ISREG(status.st_mode)) {
      if (++*count > FILES_MAX) fail(MISUSED, "too_many_files", "more than %d files", FILES_MAX);
      add_file(files, opened, below, (status.st_mode & S_IXUSR) != 0);
    }
    close(opened);
  }
  closedir(folder);
}

void folder_add_files(struct text *files, const char *path) {
  int count = 0;
  int descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) unreadable(path);
  text_say(files, "[");
  add_folder(files, descriptor, "", 0, &count);
  text_say(files, "]");
}
