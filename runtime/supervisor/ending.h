#ifndef ENDING_H
#define ENDING_H

#include "report.h"
#include "supervision.h"

/* CPU used since "go". Negative: not known. */
int64_t ending_cpu_us(const struct supervision *supervision);

/* The most memory that there has been at once so far; -1 where that isn't known. */
int64_t ending_memory_peak_bytes(const struct supervision *supervision);

/* Tells how the execution ended and what it used, once everything but the supervisor has ended. */
void ending_tell(struct ending *ending, const struct supervision *supervision, enum reason reason);

#endif
