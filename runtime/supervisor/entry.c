#include "entry.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <unistd.h>

#define WORKSPACE_PYTHON "/workspace/.venv/bin/python"

enum { PYTHON_OF_WORKSPACE, PYTHON, NODE, NODE_MODULE, EXECUTABLE, ENTRY_COUNT };

static const struct entry entries[ENTRY_COUNT] = {
    [PYTHON_OF_WORKSPACE] = {"main.py", {WORKSPACE_PYTHON, "/workspace/main.py", NULL}},
    [PYTHON] = {"main.py", {"/usr/bin/python3", "/workspace/main.py", NULL}},
    [NODE] = {"main.js", {"/usr/bin/node", "/workspace/main.js", NULL}},
    [NODE_MODULE] = {"main.mjs", {"/usr/bin/node", "/workspace/main.mjs", NULL}},
    [EXECUTABLE] = {"main", {EXECUTABLE_PATH, NULL, NULL}},
};

/* A FIFO would block its reader for ever, and a directory can't be run. */
static bool is_file(const char *path) {
  struct stat status;
  return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

static bool is_executable(const char *path) { return is_file(path) && access(path, X_OK) == 0; }

const struct entry *entry_choose(void) {
  if (is_file("/workspace/main.py")) return &entries[is_executable(WORKSPACE_PYTHON) ? PYTHON_OF_WORKSPACE : PYTHON];
  if (is_file("/workspace/main.js")) return &entries[NODE];
  if (is_file("/workspace/main.mjs")) return &entries[NODE_MODULE];
  if (is_executable(EXECUTABLE_PATH)) return &entries[EXECUTABLE];
  return NULL;
}

const struct entry *entry_at(int place) { return place >= 0 && place < ENTRY_COUNT ? &entries[place] : NULL; }

int entry_place(const struct entry *entry) { return (int)(entry - entries); }
