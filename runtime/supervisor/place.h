#ifndef PLACE_H
#define PLACE_H

#include <stdint.h>

/* How deep folders may stand in folders, and how long a path may be at that. */
enum { PLACE_DEPTH_MAX = 64, PLACE_NAME_MAX = 255, PLACE_PATH_MAX = PLACE_DEPTH_MAX * (PLACE_NAME_MAX + 1) };

/* A place in the workspace: the directory, without a link on the way there, and the name in it. */
struct place {
  int directory; /* -1: it can't be reached, for the reason in `error` */
  int error;
  const char *name;
};

/* Hears a path and goes there. It ends the process where it is none. `place_leave` follows. */
struct place place_hear(void);
void place_leave(struct place *place);

/* The workspace itself, opened with `flags`; -1 with errno set. */
int place_root(int flags);

/* Answers a request about a place: how it went, and what stands there now. */
void place_answer(const struct place *place, int error);

#endif
