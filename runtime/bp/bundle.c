#include "bundle.h"

#include <string.h>

#include "problem.h"

#define MEMORY_MB_MIN (16 * MILLION)
#define MILLISECOND INT64_C(1000)

const char *const RESOURCE_NAMES[RESOURCES] = {"cpu_seconds", "memory_mb", "tokens", "attention"};

static _Noreturn void unreadable(const char *words, const char *option) {
  fail(MISUSED, "wrong_type", "--%s must be like cpu_seconds=1,memory_mb=64,tokens=0,attention=0: %.60s", option, words);
}

static int resource_of(const char *name, size_t length) {
  for (int i = 0; i < RESOURCES; i++)
    if (strlen(RESOURCE_NAMES[i]) == length && memcmp(RESOURCE_NAMES[i], name, length) == 0) return i;
  return -1;
}

/* Where the number of each resource stands in the words; NULL where it isn't named. */
struct given {
  const char *digits[RESOURCES];
  size_t lengths[RESOURCES];
};

static struct given take_words(const char *words, const char *option) {
  struct given given = {0};
  for (const char *at = words; *at != '\0';) {
    size_t name = strcspn(at, "=,");
    int resource = resource_of(at, name);
    if (resource < 0 || at[name] != '=' || given.digits[resource] != NULL) unreadable(words, option);
    at += name + 1;
    size_t length = strcspn(at, ",");
    int64_t amount;
    if (!number_read(at, length, &amount)) unreadable(words, option);
    given.digits[resource] = at;
    given.lengths[resource] = length;
    at += length;
    if (*at == ',' && *++at == '\0') unreadable(words, option);
  }
  return given;
}

struct bundle bundle_of(struct json object) {
  struct bundle bundle = {0};
  for (int i = 0; i < RESOURCES; i++) number_at(object, RESOURCE_NAMES[i], &bundle.amounts[i]);
  return bundle;
}

struct bundle bundle_read(const char *words, const char *option) {
  struct json object;
  if (json_read(words, strlen(words), &object) && json_kind(object) == JSON_OBJECT) {
    struct json_walk walk = json_walk(object);
    struct json key, value;
    int64_t amount;
    while (json_next(&walk, &key, &value))
      if (resource_of(key.bytes + 1, key.length - 2) < 0 || !number_read(value.bytes, value.length, &amount))
        unreadable(words, option);
    return bundle_of(object);
  }
  struct bundle bundle = {0};
  struct given given = take_words(words, option);
  for (int i = 0; i < RESOURCES; i++)
    if (given.digits[i] != NULL) number_read(given.digits[i], given.lengths[i], &bundle.amounts[i]);
  return bundle;
}

static int64_t up(int64_t amount, int64_t unit, int64_t least) {
  int64_t whole = (amount + unit - 1) / unit * unit;
  return whole < least ? least : whole;
}

struct bundle bundle_whole(struct bundle bundle) {
  const int64_t *amounts = bundle.amounts;
  return (struct bundle){{
      up(amounts[CPU_SECONDS], MILLISECOND, MILLISECOND),
      up(amounts[MEMORY_MB], MILLION, MEMORY_MB_MIN),
      up(amounts[TOKENS], MILLION, 0),
      amounts[ATTENTION] >= MILLION ? MILLION : 0,
  }};
}

static void say(struct text *text, const struct bundle *bundle, const char *open, const char *quote, const char *equals,
                const char *close) {
  for (int i = 0; i < RESOURCES; i++) {
    text_say(text, i == 0 ? open : ",");
    text_say(text, quote);
    text_say(text, RESOURCE_NAMES[i]);
    text_say(text, quote);
    text_say(text, equals);
    number_say(text, bundle->amounts[i]);
  }
  text_say(text, close);
}

void bundle_say_json(struct text *text, const struct bundle *bundle) { say(text, bundle, "{", "\"", ":", "}"); }

void bundle_say_words(struct text *text, const struct bundle *bundle) { say(text, bundle, "", "", "=", ""); }

void bundle_say_given(struct text *text, const char *words, const char *option) {
  struct given given = take_words(words, option);
  text_say(text, "{");
  for (int i = 0; i < RESOURCES; i++) {
    bool is_usual = given.digits[i] == NULL && i >= TOKENS;
    if (given.digits[i] == NULL && !is_usual) continue;
    if (text->bytes[text->length - 1] != '{') text_say(text, ",");
    text_quote(text, RESOURCE_NAMES[i], strlen(RESOURCE_NAMES[i]));
    text_say(text, ":");
    char number[40];
    if (is_usual)
      snprintf(number, sizeof number, "0");
    else
      snprintf(number, sizeof number, "%.*s", (int)given.lengths[i], given.digits[i]);
    if (!number_is_json(number)) unreadable(words, option);
    text_say(text, number);
  }
  text_say(text, "}");
}
