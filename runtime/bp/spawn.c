#include <stdlib.h>
#include <string.h>

#include "folder.h"
#include "handshake.h"
#include "market.h"
#include "problem.h"
#include "request.h"

static int64_t given(const struct arguments *arguments, const char *name, int64_t usual) {
  const char *value = arguments_get(arguments, name);
  int64_t amount;
  if (value == NULL) return usual;
  if (!number_read(value, strlen(value), &amount)) fail(MISUSED, "wrong_type", "%s must be a number: %.60s", name, value);
  return amount;
}

static const char *number(int64_t millionths) {
  struct text words = {0};
  number_say(&words, millionths);
  return words.bytes;
}

/* Its first bundle: the given one, or what this execution has, but for tokens and attention. */
static struct bundle first_bundle(struct arguments *arguments, const struct market *market) {
  const char *words = arguments_get(arguments, "first_bid.bundle");
  struct json context;
  struct bundle bundle = {0};
  if (words != NULL) return bundle_whole(bundle_read(words, "first-bundle"));
  if (json_member(handshake(), "execution_context", &context)) bundle = bundle_of(context);
  bundle.amounts[TOKENS] = bundle.amounts[ATTENTION] = 0;
  bundle = market_clip(market, bundle);
  struct text json = {0};
  bundle_say_json(&json, &bundle);
  arguments_set(arguments, "first_bid.bundle", json.bytes);
  return bundle;
}

void spawn_run(struct arguments *arguments) {
  const char *folder = arguments_get(arguments, "dir");
  if (folder != NULL) {
    struct text files = {0};
    if (arguments_get(arguments, "files") != NULL) fail(MISUSED, "twice", "--files and a folder can't be given together");
    folder_add_files(&files, folder);
    arguments_set(arguments, "files", files.bytes);
  } else if (arguments_get(arguments, "files") == NULL && arguments_get(arguments, "template") == NULL)
    fail(MISUSED, "missing_field", "bp spawn needs a folder or --template");
  if (arguments_get(arguments, "first_bid") == NULL) {
    struct market market = market_look();
    struct bundle bundle = first_bundle(arguments, &market);
    int64_t cost = market_cost(&market, &bundle);
    int64_t first = given(arguments, "first_bid.amount", market_offer(cost, INT64_MAX));
    int64_t least = market.least_endowment > first ? market.least_endowment : first;
    int64_t endowment = given(arguments, "initial_credits", least);
    if (arguments_get(arguments, "first_bid.amount") == NULL)
      arguments_set(arguments, "first_bid.amount", number(market_offer(cost, endowment)));
    arguments_set(arguments, "initial_credits", number(endowment));
  } else if (arguments_get(arguments, "initial_credits") == NULL) {
    struct market market = market_look();
    arguments_set(arguments, "initial_credits", number(market.least_endowment));
  }
  struct text answer = request_send(arguments);
  arguments_show(arguments, &answer);
}
