#ifndef ENDING_H
#define ENDING_H

#include "report.h"
#include "supervision.h"

/* Tells how the execution ended and what it used, once everything but the supervisor has ended. */
void ending_tell(struct ending *ending, const struct supervision *supervision, enum reason reason);

#endif
