#pragma once

#include "arguments.h"
#include "bundle.h"

/* What the market says now; credits are in millionths. */
struct market {
  int64_t prices[RESOURCES];
  struct bundle supply;
  int64_t cycle, horizon, least_endowment;
};

/* GET /market/state. */
struct market market_look(void);
/* Credits that can be spent, by GET /economic/balance. */
int64_t market_available(void);
/* At the reserve prices, rounded as the market rounds. */
int64_t market_cost(const struct market *market, const struct bundle *bundle);
/* In whole units, and no more than is sold. */
struct bundle market_clip(const struct market *market, struct bundle bundle);
/* A quarter over the cost, or what is available, or the cost. */
int64_t market_offer(int64_t cost, int64_t available);
/* As words that `bp bid` takes, or as JSON. */
void market_show_bundle(const struct arguments *arguments, const struct bundle *bundle);
