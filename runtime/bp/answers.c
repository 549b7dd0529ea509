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

/* Adds what was asked to how it was answered. */
static void add_asked(struct text *answers, struct json response, struct json prompts) {
  struct json id, key, prompt, own, value;
  static const char *const ASKED[] = {"title", "content"};
  if (!json_member(response, "prompt_id", &id)) return;
  struct json_walk walk = json_walk(prompts);
  while (json_next(&walk, &key, &prompt)) {
    bool is_same = json_member(prompt, "id", &own) && own.length == id.length && memcmp(own.bytes, id.bytes, id.length) == 0;
    for (size_t i = 0; is_same && i < 2; i++) {
      if (!json_member(prompt, ASKED[i], &value)) continue;
      text_say(answers, ",");
      text_quote(answers, ASKED[i], strlen(ASKED[i]));
      text_say(answers, ":");
      text_add(answers, value.bytes, value.length);
    }
    if (is_same) return;
  }
}

void answers_run(struct arguments *arguments) {
  struct json responses, whole, prompts = {"[]", 2}, key, response;
  struct text answers = {0}, asked = {0};
  if (!json_member(handshake(), "responses", &responses)) fail(NO_SERVICE, "no_handshake", "it has no responses");
  if (json_count(responses) > 0) {
    asked = service_ask("GET", "/human/prompts", NULL, NULL);
    if (!json_read(asked.bytes, asked.length, &whole) || !json_member(whole, "prompts", &prompts))
      fail(NO_SERVICE, "unreadable_answer", "the answer has no prompts");
  }
  text_say(&answers, "{\"answers\":[");
  struct json_walk walk = json_walk(responses);
  while (json_next(&walk, &key, &response)) {
    if (json_kind(response) != JSON_OBJECT || json_count(response) == 0) continue;
    if (answers.bytes[answers.length - 1] == '}') text_say(&answers, ",");
    text_add(&answers, response.bytes, response.length - 1);
    add_asked(&answers, response, prompts);
    text_say(&answers, "}");
  }
  text_say(&answers, "]}");
  free(asked.bytes);
  arguments_show(arguments, &answers);
}
