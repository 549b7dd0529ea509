#include <stdio.h>
#include <string.h>

#include "help.h"
#include "problem.h"
#include "request.h"

void get_run(struct arguments *arguments) {
  const char *path = arguments_get(arguments, "path");
  if (path == NULL) fail(MISUSED, "missing_field", "bp get needs a path");
  struct text answer = request_raw(arguments, "GET", path, NULL);
  arguments_show(arguments, &answer);
}

void post_run(struct arguments *arguments) {
  struct text answer, body = {0};
  if (arguments->route != NULL)
    answer = request_send(arguments);
  else {
    const char *path = arguments_get(arguments, "path");
    if (path == NULL) fail(MISUSED, "missing_field", "bp post needs a path");
    text_say(&body, request_input(arguments_get(arguments, "body")));
    answer = request_raw(arguments, "POST", path, &body);
  }
  arguments_show(arguments, &answer);
}

void think_run(struct arguments *arguments) {
  struct json whole, words;
  struct text said = {0};
  if (arguments_get(arguments, "messages") == NULL)
    arguments_set(arguments, "prompt", request_input(arguments_get(arguments, "prompt")));
  struct text answer = request_send(arguments);
  if (arguments->as_json || arguments->name_count > 0) {
    arguments_show(arguments, &answer);
    return;
  }
  if (!json_read(answer.bytes, answer.length, &whole) || !json_member(whole, "text", &words) ||
      json_kind(words) != JSON_STRING)
    fail(NO_SERVICE, "unreadable_answer", "the answer has no text");
  /* It is all that is printed, so there is no other line that it could pass for. */
  json_say(words, &said);
  if (said.length > 0) fwrite(said.bytes, 1, said.length, stdout);
  putchar('\n');
}

static void run(struct arguments *arguments) {
  const struct command *command = arguments->command;
  if (command->run != NULL) {
    command->run(arguments);
    return;
  }
  /* What a human or another agent is to read may be long. */
  if (strstr(command->operands, "[content]") != NULL)
    arguments_set(arguments, "content", request_input(arguments_get(arguments, "content")));
  struct text answer = request_send(arguments);
  arguments_show(arguments, &answer);
}

static int end(void) {
  if (fflush(stdout) != 0 || ferror(stdout)) fail(NO_SERVICE, "unwritable_output", "stdout can't be written to");
  return DONE;
}

int main(int count, char **words) {
  if (count < 2 || strcmp(words[1], "--help") == 0 || strcmp(words[1], "-h") == 0 || strcmp(words[1], "help") == 0) {
    help_all();
    return end();
  }
  struct arguments arguments = {.command = command_of(words[1])};
  int taken = 2;
  if (arguments.command == NULL) fail(MISUSED, "unknown_command", "%.60s; bp --help lists them", words[1]);
  const char *operation = arguments.command->operation;
  if (operation != NULL && *operation == '\0') {
    if (count < 3 || *words[2] == '-') {
      help_operations();
      return count < 3 ? MISUSED : end();
    }
    operation = words[taken++];
  }
  if (operation != NULL) {
    arguments.route = route_of(operation);
    if (arguments.route == NULL) fail(MISUSED, "unknown_operation", "%.60s; bp call --help lists them", operation);
  }
  arguments_read(&arguments, count - taken, words + taken);
  if (arguments.wants_help)
    help_command(&arguments);
  else
    run(&arguments);
  return end();
}
