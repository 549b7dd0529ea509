#include "market.h"

#include <stdio.h>

#include "problem.h"
#include "service.h"

static int64_t told(struct json from, const char *path) {
  int64_t value;
  if (!number_at(from, path, &value)) fail(NO_SERVICE, "unreadable_answer", "the service does not tell %s", path);
  return value;
}

struct market market_look(void) {
  struct text answer = service_ask("GET", "/market/state", NULL, NULL);
  struct market market = {0};
  struct json state;
  if (!json_read(answer.bytes, answer.length, &state)) fail(NO_SERVICE, "unreadable_answer", "the market is no JSON");
  for (int i = 0; i < RESOURCES; i++) {
    char path[64];
    snprintf(path, sizeof path, "markets.%s.price", RESOURCE_NAMES[i]);
    market.prices[i] = told(state, path);
    snprintf(path, sizeof path, "markets.%s.supply", RESOURCE_NAMES[i]);
    market.supply.amounts[i] = told(state, path);
  }
  market.cycle = told(state, "cycle") / MILLION;
  market.horizon = told(state, "bid_horizon_cycles") / MILLION;
  market.least_endowment = told(state, "least_endowment");
  return market;
}

int64_t market_available(void) {
  struct text answer = service_ask("GET", "/economic/balance", NULL, NULL);
  struct json balance;
  if (!json_read(answer.bytes, answer.length, &balance)) fail(NO_SERVICE, "unreadable_answer", "the balance is no JSON");
  return told(balance, "available");
}

int64_t market_cost(const struct market *market, const struct bundle *bundle) {
  __int128 cpu = (__int128)(bundle->amounts[CPU_SECONDS] / 1000) * market->prices[CPU_SECONDS];
  __int128 cost = (cpu + 999) / 1000;
  for (int i = MEMORY_MB; i < RESOURCES; i++) cost += (__int128)(bundle->amounts[i] / MILLION) * market->prices[i];
  if (cost > INT64_MAX) fail(MISUSED, "too_large", "nobody can pay for such a bundle");
  return cost < 1 ? 1 : (int64_t)cost;
}

struct bundle market_clip(const struct market *market, struct bundle bundle) {
  for (int i = 0; i < RESOURCES; i++)
    if (bundle.amounts[i] > market->supply.amounts[i]) bundle.amounts[i] = market->supply.amounts[i];
  return bundle_whole(bundle);
}

int64_t market_offer(int64_t cost, int64_t available) {
  int64_t wanted = cost > INT64_MAX / 2 ? cost : cost + cost / 4;
  int64_t payable = wanted < available ? wanted : available;
  return payable > cost ? payable : cost;
}

static struct bundle given_bundle(const struct arguments *arguments) {
  const char *words = arguments_get(arguments, "bundle");
  if (words == NULL) fail(MISUSED, "missing_field", "bp %s needs a bundle", arguments->command->name);
  return bundle_read(words, "bundle");
}

static void show_number(const struct arguments *arguments, int64_t millionths) {
  struct text answer = {0};
  number_say(&answer, millionths);
  arguments_show(arguments, &answer);
}

void market_show_bundle(const struct arguments *arguments, const struct bundle *bundle) {
  struct text words = {0};
  if (arguments->as_json || arguments->name_count > 0) {
    bundle_say_json(&words, bundle);
    arguments_show(arguments, &words);
  } else {
    bundle_say_words(&words, bundle);
    puts(words.bytes);
  }
}

void cost_run(struct arguments *arguments) {
  struct bundle bundle = bundle_whole(given_bundle(arguments));
  struct market market = market_look();
  show_number(arguments, market_cost(&market, &bundle));
}

void offer_run(struct arguments *arguments) {
  struct bundle bundle = bundle_whole(given_bundle(arguments));
  struct market market = market_look();
  show_number(arguments, market_offer(market_cost(&market, &bundle), market_available()));
}

void clip_run(struct arguments *arguments) {
  struct bundle given = given_bundle(arguments);
  struct market market = market_look();
  struct bundle clipped = market_clip(&market, given);
  market_show_bundle(arguments, &clipped);
}
