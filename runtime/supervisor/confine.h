#ifndef CONFINE_H
#define CONFINE_H

#include "options.h"
#include "output.h"

/*
 * Turns the calling process, a fresh child of the supervisor, into one that may hold the agent: unprivileged user, no
 * capabilities, no way back, limits, own session, stdin from /dev/null, both outputs on `output_fds`, and no other
 * descriptor but `kept_fd`, which becomes 3 and closes when a program is run.
 * Returns NULL, or the name of the step that failed, with errno set.
 */
const char *confine_self(const struct options *options, const int output_fds[SOURCES], int kept_fd);

/*
 * Turns the calling process, a fresh child of the supervisor, into a porter: the agent's user where files are concerned and
 * nowhere else, so that the agent has no hold on it; no capabilities, the agent's limit on files, its socket as descriptor
 * 3 and no other. Returns as `confine_self` does.
 */
const char *confine_porter(const struct options *options, int socket);

#endif
