#ifndef PORTER_H
#define PORTER_H

#include "options.h"

/*
 * Becomes a porter in a fresh child of the supervisor: reads and writes the agent's files as its user, and answers on
 * `socket` what docs/stream.md describes, until that ends.
 */
_Noreturn void porter_run(const struct options *options, int socket);

#endif
