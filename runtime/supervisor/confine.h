#ifndef CONFINE_H
#define CONFINE_H

#include "options.h"

/*
 * Turns the calling process, a fresh child of the supervisor, into one that may hold the agent: unprivileged user, no
 * capabilities, no way back, limits, own session, stdin from /dev/null, both outputs on `output_fd`, and no other
 * descriptor but `kept_fd`, which becomes 3 and closes when a program is run.
 * Returns NULL, or the name of the step that failed, with errno set.
 */
const char *confine_self(const struct options *options, int output_fd, int kept_fd);

#endif
