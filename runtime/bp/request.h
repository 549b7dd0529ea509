#pragma once

#include "arguments.h"

/* Sends the route's request with what was given, and gives the answer's body. Ends the command where it is refused. */
struct text request_send(const struct arguments *arguments);
/* Sends a request that the caller has written. */
struct text request_raw(const struct arguments *arguments, const char *method, const char *path, const struct text *body);
/* A value, or what stdin gives where it is NULL or `-`. */
const char *request_input(const char *value);
