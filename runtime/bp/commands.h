#pragma once

#include "routes.h"

struct arguments;

/* One word behind `bp`. */
struct command {
  const char *name;
  /* The operation that it does, with all of that one's fields as options; NULL where it does none or several. */
  const char *operation;
  /* Fields that are given without their option, in this order; those in brackets may be left out. */
  const char *operands;
  const char *about;
  const char *example;
  /* What it takes beside the fields of its operation. */
  const struct field *own;
  size_t own_count;
  /* Whether what else is given names what of the answer is printed; else only --show does. */
  bool takes_names;
  /* NULL: it sends what it was given, and prints the answer. */
  void (*run)(struct arguments *arguments);
};

extern const struct command COMMANDS[];
extern const size_t COMMAND_COUNT;

const struct command *command_of(const char *name);

/* Each stands in the file of its noun. */
void state_run(struct arguments *arguments);
void receipts_run(struct arguments *arguments);
void answers_run(struct arguments *arguments);
void pending_run(struct arguments *arguments);
void cost_run(struct arguments *arguments);
void clip_run(struct arguments *arguments);
void offer_run(struct arguments *arguments);
void advice_run(struct arguments *arguments);
void bid_run(struct arguments *arguments);
void live_run(struct arguments *arguments);
void spawn_run(struct arguments *arguments);
void think_run(struct arguments *arguments);
void get_run(struct arguments *arguments);
void post_run(struct arguments *arguments);
