#pragma once

#include "json.h"

/* How the command ends. docs/agents/README.md tells them. */
enum ending { DONE = 0, REFUSED = 1, MISUSED = 2, NO_SERVICE = 3, NO_NEXT_LIFE = 4 };

/* Says one line on stderr, what others wrote escaped, and ends. */
_Noreturn void fail(enum ending ending, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Says what the service refused, in one line, and ends. */
_Noreturn void refused(enum ending ending, int status, const char *body, size_t length);
