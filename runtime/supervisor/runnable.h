#ifndef RUNNABLE_H
#define RUNNABLE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * What is wrong with a program of the workspace, in one line that names it and what to mend. The kernel tells hardly more than
 * "no such file": it means the interpreter then, which the reader doesn't see.
 */

/* What can be told before it is run, since running it would blame something else. False where nothing is. */
bool runnable_complaint(const char *path, char *text, size_t size);

/* Why running it has failed with `error` (an errno). */
void runnable_explain(const char *path, int error, char *text, size_t size);

/* Why a `main` is no entry point at all. False where there is none. */
bool runnable_missing(const char *path, char *text, size_t size);

#endif
