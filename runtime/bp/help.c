#include "help.h"

#include <stdio.h>
#include <string.h>

static const char HEAD[] =
    "bp: the System Service for shells. A call takes a few milliseconds of CPU.\n"
    "\n"
    "  bp COMMAND [ARGUMENTS] [--OPTION VALUE]\n"
    "  bp COMMAND --help\n"
    "\n";

static const char TAIL[] =
    "\n"
    "Units: amounts are credits with at most 6 decimals; cpu_seconds have at most 3 decimals; memory_mb are MB of\n"
    "1,048,576 bytes. A bundle is written cpu_seconds=1,memory_mb=64,tokens=0,attention=0 or as JSON.\n"
    "\n"
    "Output: one field is printed as its value; an answer as lines `name value`, with dots in nested names and the count\n"
    "of its lists; a list as rows with a tab between two columns. Null and empty text are `-`. In texts a line end is \\n,\n"
    "a tab \\t, a backslash \\\\, and other control characters are \\u001b and the like, so nobody else makes a line.\n"
    "Names behind a command that asks choose what is printed (bp balance available, bp bids id amount); --show id,amount\n"
    "does so everywhere. --json prints the answer as it came.\n"
    "\n"
    "--key KEY does a thing once: the same key with the same request gives the first answer again.\n"
    "-- ends the options.\n"
    "\n"
    "Exit codes: 0 done; 1 refused: `code: detail (field F, limit L)` on stderr; 2 wrong usage; 3 the service does not\n"
    "answer; 4 no next life (bp live).\n";

/* Wraps at 100 columns. */
static void put(const char *words, int indent) {
  int column = indent;
  for (const char *at = words; *at != '\0';) {
    int length = (int)strcspn(at, " ");
    if (column > indent && column + 1 + length > 100) {
      printf("\n%*s", indent, "");
      column = indent;
    } else if (column > indent) {
      putchar(' ');
      column++;
    }
    printf("%.*s", length, at);
    column += length;
    at += length + (int)strspn(at + length, " ");
  }
  putchar('\n');
}

static void put_operands(const char *operands) {
  for (const char *at = operands; *at != '\0'; at++) putchar(*at >= 'a' && *at <= 'z' ? *at - 'a' + 'A' : *at);
}

void help_all(void) {
  fputs(HEAD, stdout);
  for (size_t i = 0; i < COMMAND_COUNT; i++) {
    const struct command *command = &COMMANDS[i];
    char usage[64];
    snprintf(usage, sizeof usage, "%s%s%s", command->name, *command->operands == '\0' ? "" : " ", command->operands);
    if (strcmp(command->name, "call") == 0) snprintf(usage, sizeof usage, "call operation [body]");
    printf("  %-24s", usage);
    put(command->about, 26);
  }
  fputs(TAIL, stdout);
}

void help_operations(void) {
  for (size_t i = 0; i < ROUTE_COUNT; i++)
    printf("%-26s%-7s%s\n", ROUTES[i].operation, ROUTES[i].method, ROUTES[i].path);
}

static void put_field(const struct field *field, bool is_required) {
  static const char *const VALUES[] = {"TEXT", "NUMBER", "true|false", "BUNDLE", "TEXT", "JSON"};
  char usage[64];
  snprintf(usage, sizeof usage, "--%s %s", field->option, VALUES[field->type]);
  printf("  %-24s ", usage);
  if (strlen(usage) > 24) printf("\n%27s", "");
  if (is_required) fputs("required. ", stdout);
  put(field->about, 27);
  if (field->type == LIST) printf("%27sMay be given several times.\n", "");
}

void help_command(const struct arguments *arguments) {
  const struct command *command = arguments->command;
  bool asks_first = command->run == NULL || strcmp(command->name, "call") == 0;
  printf("bp %s ", command->name);
  if (arguments->route != NULL && strcmp(command->name, "call") == 0) printf("%s ", arguments->route->operation);
  put_operands(command->operands);
  fputs(*command->operands == '\0' ? "" : " ", stdout);
  puts(command->takes_names ? "[NAME …] [--OPTION VALUE]" : "[--OPTION VALUE]");
  printf("\n  ");
  put(command->about, 2);
  if (arguments->route != NULL) {
    printf("  %s %s", arguments->route->method, arguments->route->path);
    printf(": %s\n", arguments->route->about);
  }
  putchar('\n');
  for (size_t i = 0; i < arguments_count(arguments); i++) {
    const struct field *field = arguments_field(arguments, i);
    put_field(field, field->is_required && asks_first);
  }
  if (arguments->route == NULL || arguments->route->takes_key) puts("  --key KEY                does it once.");
  puts("  --show NAME,NAME         prints these alone.");
  puts("  --json                   prints the answer as it came.");
  printf("\n  Example: %s\n", command->example);
}
