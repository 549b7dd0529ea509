#pragma once

#include "market.h"

/* A bundle for a life like the last one: twice the CPU that it used and a quarter over its memory, twice of what ran out. */
struct bundle advice_of(struct json handshake, const struct market *market, int64_t tokens, int64_t attention);
/* As many tokens as this execution has bought. */
int64_t advice_tokens(struct json handshake);
