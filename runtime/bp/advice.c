#include "advice.h"

#include <string.h>

#include "handshake.h"
#include "problem.h"
#include "service.h"

static int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }

static int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

int64_t advice_tokens(struct json told) {
  int64_t tokens = 0;
  number_at(told, "execution_context.tokens", &tokens);
  return tokens;
}

struct bundle advice_of(struct json told, const struct market *market, int64_t tokens, int64_t attention) {
  struct json from, outcome = {"null", 4};
  struct bundle bundle = {0};
  int64_t used;
  bool has_receipt = json_member(told, "last_execution", &from) && json_kind(from) == JSON_OBJECT;
  if (has_receipt) json_member(from, "outcome", &outcome);
  if (!json_path(told, has_receipt ? "last_execution.bought" : "execution_context", &from))
    fail(NO_SERVICE, "no_handshake", "it does not tell what was bought");
  bundle = bundle_of(from);
  int64_t *cpu = &bundle.amounts[CPU_SECONDS], *memory = &bundle.amounts[MEMORY_MB];
  /* It shrinks by a quarter at most, so that one easy life does not starve the next. */
  if (json_is(outcome, "cpu_exceeded"))
    *cpu *= 2;
  else if (has_receipt && number_at(told, "last_execution.used.cpu_seconds", &used))
    *cpu = larger(2 * used, (3 * *cpu + 3) / 4);
  /* Caches count in its peak, so it is no reason to grow. */
  if (json_is(outcome, "memory_exceeded"))
    *memory *= 2;
  else if (has_receipt && number_at(told, "last_execution.used.memory_mb_peak", &used))
    *memory = smaller(*memory, larger((5 * used + 3) / 4, (3 * *memory + 3) / 4));
  bundle.amounts[TOKENS] = tokens;
  bundle.amounts[ATTENTION] = attention;
  return market_clip(market, bundle);
}

static int64_t option(const struct arguments *arguments, const char *name, int64_t usual) {
  const char *value = arguments_get(arguments, name);
  int64_t amount;
  if (value == NULL) return usual;
  if (!number_read(value, strlen(value), &amount)) fail(MISUSED, "wrong_type", "--%s must be a number: %.60s", name, value);
  return amount;
}

/* What the service advises by all that it knows of this agent; false before the first receipt. */
static bool advised(const char *quantile, struct bundle *bundle) {
  struct text path = {0};
  text_say(&path, "/market/advice?quantile=");
  text_percent(&path, quantile, strlen(quantile));
  struct text answer = service_ask("GET", path.bytes, NULL, NULL);
  struct json told, its;
  if (!json_read(answer.bytes, answer.length, &told) || !json_member(told, "bundle", &its))
    fail(NO_SERVICE, "unreadable_answer", "the service does not tell a bundle");
  if (json_kind(its) != JSON_OBJECT) return false;
  *bundle = bundle_of(its);
  return true;
}

void advice_run(struct arguments *arguments) {
  struct json told = handshake();
  int64_t tokens = option(arguments, "tokens", advice_tokens(told));
  int64_t attention = option(arguments, "attention", 0);
  struct market market = market_look();
  struct bundle bundle;
  const char *quantile = arguments_get(arguments, "quantile");
  if (quantile == NULL || !advised(quantile, &bundle)) bundle = advice_of(told, &market, tokens, attention);
  if (arguments_get(arguments, "tokens") != NULL) bundle.amounts[TOKENS] = tokens;
  bundle.amounts[ATTENTION] = attention;
  bundle = market_clip(&market, bundle);
  market_show_bundle(arguments, &bundle);
}
