#ifndef DISK_H
#define DISK_H

#include <stdbool.h>

#include "options.h"

/*
 * Whether the workspace's filesystem has less left than it must: the agent holds more than its quota. Always false where
 * the workspace has no filesystem of its own.
 */
bool disk_is_over(const struct options *options);

#endif
