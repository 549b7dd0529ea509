#ifndef AGENT_H
#define AGENT_H

#include <stdbool.h>
#include <sys/types.h>

#include "options.h"
#include "output.h"

enum agent_state {
  AGENT_ABSENT,       /* not forked */
  AGENT_STARTING,     /* forked, its program not yet running */
  AGENT_RUNNING,      /* its program runs */
  AGENT_NOT_RUNNABLE, /* the workspace holds nothing that can be run */
  AGENT_FAILED,       /* it could not be confined; not the agent's fault */
};

/* The agent's first process. What it starts is known to the control group and the PID namespace, not here. */
struct agent {
  enum agent_state state;
  pid_t pid;
  int news_fd;       /* what the child tells until its program runs; -1 after that */
  const char *entry; /* name of the entry point, once chosen */
  char detail[256];  /* why it can't be run */
  bool ended;
  int status; /* as from waitpid, when ended */
};

/* Forks the agent, which prints into `output_fds`. Returns -1 with `detail` set where that is not possible. */
int agent_start(struct agent *agent, const struct options *options, const int output_fds[SOURCES]);

/* Takes in what the child has told; returns true when that has changed the state. Never blocks. */
bool agent_hear(struct agent *agent);

/* To be told of every child that was waited for. */
void agent_reaped(struct agent *agent, pid_t pid, int status);

#endif
