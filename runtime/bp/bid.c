#include <stdlib.h>
#include <string.h>

#include "advice.h"
#include "handshake.h"
#include "number.h"
#include "problem.h"
#include "request.h"
#include "service.h"

/* What a bid comes to once it is clipped. */
struct offered {
  struct bundle bundle;
  int64_t amount;
};

static int64_t given_amount(const char *value) {
  int64_t amount;
  if (!number_read(value, strlen(value), &amount)) fail(MISUSED, "wrong_type", "amount must be a number: %.60s", value);
  return amount;
}

static void set_number(struct arguments *arguments, const char *name, int64_t millionths) {
  struct text number = {0};
  number_say(&number, millionths);
  arguments_set(arguments, name, number.bytes);
}

/* Clips the amount to what is available and the cycle to the horizon, and sets the fields of the request. */
static struct offered set_fields(struct arguments *arguments, const struct market *market, struct bundle bundle,
                                 int64_t available) {
  const char *amount = arguments_get(arguments, "amount"), *cycle = arguments_get(arguments, "earliest_cycle");
  int64_t cost = market_cost(market, &bundle);
  struct offered offered = {bundle, amount == NULL ? market_offer(cost, available) : given_amount(amount)};
  /* With less than the cost it is the service that says what is missing. */
  if (offered.amount > available && available >= cost) offered.amount = available;
  if (amount == NULL || given_amount(amount) != offered.amount) set_number(arguments, "amount", offered.amount);
  if (cycle != NULL && number_is_json(cycle) && atof(cycle) > (double)(market->cycle + market->horizon))
    set_number(arguments, "earliest_cycle", (market->cycle + market->horizon) * MILLION);
  struct text words = {0};
  bundle_say_json(&words, &bundle);
  arguments_set(arguments, "bundle", words.bytes);
  return offered;
}

/* The service's answer, with the bundle and the amount that were bid. */
static void show_bid(const struct arguments *arguments, const struct text *answer, const struct offered *offered) {
  struct text told = {0};
  struct json value;
  if (!json_read(answer->bytes, answer->length, &value) || json_kind(value) != JSON_OBJECT || json_count(value) == 0)
    fail(NO_SERVICE, "unreadable_answer", "the answer is no JSON object");
  text_add(&told, value.bytes, value.length - 1);
  text_say(&told, ",\"bundle\":");
  bundle_say_json(&told, &offered->bundle);
  text_say(&told, ",\"amount\":");
  number_say(&told, offered->amount);
  text_say(&told, "}");
  arguments_show(arguments, &told);
}

void bid_run(struct arguments *arguments) {
  const char *words = arguments_get(arguments, "bundle");
  if (words == NULL) fail(MISUSED, "missing_field", "bp bid needs a bundle");
  struct bundle bundle = bundle_read(words, "bundle");
  struct market market = market_look();
  struct offered offered = set_fields(arguments, &market, market_clip(&market, bundle), market_available());
  struct text answer = request_send(arguments);
  show_bid(arguments, &answer, &offered);
}

/* Whether this bid lets the agent live as it wants to: one of its own does, whatever it asks; a sponsor's that waits may
 * be withdrawn before it wins. */
static bool is_enough(struct json bid, const char *agent, const struct bundle *wanted) {
  struct json value, bundle;
  if (json_member(bid, "payer", &value) && json_is(value, agent)) return true;
  int64_t earliest, cycle;
  if (!number_at(bid, "earliest_cycle", &earliest) || !number_at(handshake(), "cycle", &cycle)) return false;
  if (earliest > cycle + MILLION || !json_member(bid, "bundle", &bundle)) return false;
  struct bundle has = bundle_of(bundle);
  return has.amounts[CPU_SECONDS] >= wanted->amounts[CPU_SECONDS] && has.amounts[MEMORY_MB] >= wanted->amounts[MEMORY_MB];
}

static char *own_id(void) {
  struct json id;
  struct text words = {0};
  if (!json_member(handshake(), "agent_id", &id) || json_kind(id) != JSON_STRING)
    fail(NO_SERVICE, "no_handshake", "it does not tell the agent's id");
  json_say(id, &words);
  return words.bytes;
}

static struct text pending_bids(void) {
  struct text answer = service_ask("GET", "/market/bids?status=pending", NULL, NULL);
  struct json whole, bids, key, bid, agent;
  struct text own = {0};
  char *id = own_id();
  if (!json_read(answer.bytes, answer.length, &whole) || !json_member(whole, "bids", &bids))
    fail(NO_SERVICE, "unreadable_answer", "the answer has no bids");
  text_say(&own, "{\"bids\":[");
  struct json_walk walk = json_walk(bids);
  while (json_next(&walk, &key, &bid)) {
    if (!json_member(bid, "agent_id", &agent) || !json_is(agent, id)) continue;
    if (own.bytes[own.length - 1] == '}') text_say(&own, ",");
    text_add(&own, bid.bytes, bid.length);
  }
  text_say(&own, "]}");
  free(answer.bytes);
  free(id);
  return own;
}

void pending_run(struct arguments *arguments) {
  struct text bids = pending_bids();
  arguments_show(arguments, &bids);
}

/* The pending bid by which it will live, as the service shows it. */
static bool find_life(const struct bundle *wanted, struct text *life) {
  struct text bids = pending_bids();
  struct json whole, list, key, bid, value;
  char *id = own_id();
  bool is_found = false;
  json_read(bids.bytes, bids.length, &whole);
  json_member(whole, "bids", &list);
  struct json_walk walk = json_walk(list);
  while (!is_found && json_next(&walk, &key, &bid)) {
    if (!is_enough(bid, id, wanted) || !json_member(bid, "id", &value)) continue;
    /* Its id as an answer to a bid names it. */
    text_say(life, "{\"bid_id\":");
    text_add(life, value.bytes, value.length);
    text_say(life, ",");
    text_add(life, bid.bytes + 1, bid.length - 1);
    is_found = true;
  }
  free(bids.bytes);
  free(id);
  return is_found;
}

void live_run(struct arguments *arguments) {
  const char *words = arguments_get(arguments, "bundle");
  struct bundle given = {0};
  if (words != NULL) given = bundle_read(words, "bundle");
  struct json told = handshake();
  struct market market = market_look();
  struct bundle wanted =
      words == NULL ? advice_of(told, &market, advice_tokens(told), 0) : market_clip(&market, given);
  struct text life = {0};
  if (find_life(&wanted, &life)) {
    arguments_show(arguments, &life);
    return;
  }
  int64_t available = market_available();
  if (market_cost(&market, &wanted) > available) wanted.amounts[ATTENTION] = 0;
  if (market_cost(&market, &wanted) > available) wanted.amounts[TOKENS] = 0;
  if (market_cost(&market, &wanted) > available) {
    struct text cost = {0}, has = {0};
    number_say(&cost, market_cost(&market, &wanted));
    number_say(&has, available);
    fail(NO_NEXT_LIFE, "no_next_life", "it costs %s and %s are available", cost.bytes, has.bytes);
  }
  struct offered offered = set_fields(arguments, &market, wanted, available);
  service_refusals_end(NO_NEXT_LIFE);
  struct text answer = request_send(arguments);
  show_bid(arguments, &answer, &offered);
}
