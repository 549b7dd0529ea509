#ifndef DISK_H
#define DISK_H

#include <stdbool.h>

#include "options.h"

/* Whether there is anything to watch: where the workspace has no filesystem of its own, there isn't. */
bool disk_is_watched(const struct options *options);

/*
 * Whether the workspace's filesystem has less left than it must: the agent holds more than its quota. Always false where
 * it isn't watched.
 */
bool disk_is_over(const struct options *options);

#endif
