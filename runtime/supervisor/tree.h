#ifndef TREE_H
#define TREE_H

#include <stdbool.h>

#include "agent.h"

/* Waits for every child that has ended, orphans that came to PID 1 included. Never blocks. */
void tree_reap(struct agent *agent);

/*
 * Kills every process of the PID namespace but the supervisor and waits until none is left. Returns false if some are
 * still there after a few seconds (stuck in the kernel); they end with the container.
 */
bool tree_kill(struct agent *agent);

#endif
