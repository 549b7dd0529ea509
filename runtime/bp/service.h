#pragma once

#include "problem.h"
#include "text.h"

struct answer {
  int status;
  struct text body;
};

/* One request to the System Service; `body` and `key` may be NULL. Ends the command where nobody answers. */
struct answer service_call(const char *method, const char *path, const struct text *body, const char *key);
/* How a refusal of what is asked from now on ends the command; REFUSED until then. */
void service_refusals_end(enum ending ending);
/* The body of an answer that must be a success; else the refusal is said and the command ends. */
struct text service_ask(const char *method, const char *path, const struct text *body, const char *key);
