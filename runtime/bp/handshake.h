#pragma once

#include "json.h"

/* What BP_ENV names, read once. Ends the command where there is none. */
struct json handshake(void);
const struct text *handshake_text(void);
/* Where the System Service is, without a slash at its end, and what it knows this execution by. */
const char *handshake_service(void);
const char *handshake_token(void);
