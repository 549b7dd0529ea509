#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "handshake.h"
#include "problem.h"
#include "service.h"

void state_run(struct arguments *arguments) {
  if (arguments->as_json || arguments->name_count > 0) {
    arguments_show(arguments, handshake_text());
    return;
  }
  /* All but the token, which a log needn't have. */
  struct json_walk walk = json_walk(handshake());
  struct json key, value;
  struct text shown = {0};
  text_say(&shown, "{");
  while (json_next(&walk, &key, &value)) {
    if (json_is(key, "execution_token")) continue;
    if (shown.length > 1) text_say(&shown, ",");
    text_add(&shown, key.bytes, key.length);
    text_say(&shown, ":");
    text_add(&shown, value.bytes, value.length);
  }
  text_say(&shown, "}");
  arguments_show(arguments, &shown);
}

void receipts_run(struct arguments *arguments) {
  struct json receipt;
  struct text shown = {0};
  if (!json_member(handshake(), "last_execution", &receipt)) fail(NO_SERVICE, "no_handshake", "it has no last_execution");
  if (json_kind(receipt) == JSON_NULL && !arguments->as_json) return;
  text_add(&shown, receipt.bytes, receipt.length);
  arguments_show(arguments, &shown);
}

/* Keeps title and content of a page's prompts with the responses to them. Returns how many it has found. */
static size_t match_asked(struct json responses, struct json prompts, struct text *asked) {
  static const char *const ASKED[] = {"title", "content"};
  size_t found = 0, place = 0;
  struct json key, response, prompt, id, own, value;
  struct json_walk walk = json_walk(responses);
  for (; json_next(&walk, &key, &response); place++) {
    if (asked[place].length > 0 || !json_member(response, "prompt_id", &id)) continue;
    struct json_walk page = json_walk(prompts);
    while (asked[place].length == 0 && json_next(&page, &key, &prompt)) {
      if (!json_member(prompt, "id", &own) || own.length != id.length || memcmp(own.bytes, id.bytes, id.length) != 0)
        continue;
      for (size_t i = 0; i < 2; i++) {
        if (!json_member(prompt, ASKED[i], &value)) continue;
        text_say(&asked[place], ",");
        text_quote(&asked[place], ASKED[i], strlen(ASKED[i]));
        text_say(&asked[place], ":");
        text_add(&asked[place], value.bytes, value.length);
      }
      found++;
    }
  }
  return found;
}

/* Asks for one page of prompts after the other until each response has its own. One page at a time is in memory. */
static void ask_what_was_asked(struct json responses, struct text *asked) {
  struct text path = {0};
  text_say(&path, "/human/prompts");
  for (size_t left = json_count(responses); left > 0;) {
    struct text page = service_ask("GET", path.bytes, NULL, NULL);
    struct json whole, prompts, before;
    if (!json_read(page.bytes, page.length, &whole) || !json_member(whole, "prompts", &prompts))
      fail(NO_SERVICE, "unreadable_answer", "the answer has no prompts");
    size_t found = match_asked(responses, prompts, asked);
    left -= found < left ? found : left;
    bool is_last = !json_member(whole, "next_before", &before) || json_kind(before) != JSON_STRING;
    if (!is_last) {
      struct text words = {0};
      json_say(before, &words);
      path.length = 0;
      text_say(&path, "/human/prompts?before=");
      text_percent(&path, words.bytes, words.length);
      free(words.bytes);
    }
    free(page.bytes);
    if (is_last) break;
  }
  free(path.bytes);
}

void answers_run(struct arguments *arguments) {
  struct json responses, key, response;
  struct text answers = {0};
  if (!json_member(handshake(), "responses", &responses)) fail(NO_SERVICE, "no_handshake", "it has no responses");
  size_t count = json_count(responses);
  struct text *asked = calloc(count + 1, sizeof *asked);
  if (asked == NULL) fail(MISUSED, "out_of_memory", "%zu answers are too many", count);
  ask_what_was_asked(responses, asked);
  text_say(&answers, "{\"answers\":[");
  struct json_walk walk = json_walk(responses);
  for (size_t place = 0; json_next(&walk, &key, &response); place++) {
    if (json_kind(response) != JSON_OBJECT || json_count(response) == 0) continue;
    if (answers.bytes[answers.length - 1] == '}') text_say(&answers, ",");
    text_add(&answers, response.bytes, response.length - 1);
    if (asked[place].length > 0) text_add(&answers, asked[place].bytes, asked[place].length);
    text_say(&answers, "}");
    free(asked[place].bytes);
  }
  text_say(&answers, "]}");
  free(asked);
  arguments_show(arguments, &answers);
}
