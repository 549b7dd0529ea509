#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "confine.h"
#include "entry.h"
#include "runnable.h"

/*
 * The child tells what becomes of it through a pipe that closes by itself when its program runs: first the entry point
 * it chose, then, if it comes to that, what failed. One piece is written at once, so it is read at once.
 */
enum news_kind { NEWS_CHOSEN, NEWS_NOT_RUNNABLE, NEWS_FAILED };

struct news {
  enum news_kind kind;
  int entry_place;
  char text[sizeof(((struct agent *)0)->detail)];
};

static void tell(int fd, const struct news *news) {
  if (write(fd, news, sizeof *news) < 0) _exit(126);
}

static _Noreturn void become_agent(const struct options *options, const int output_fds[SOURCES], int news_fd) {
  struct news news = {.kind = NEWS_FAILED};

  const char *failed_step = confine_self(options, output_fds, news_fd);
  /* Whether the pipe has already moved decides where there is still someone to tell. */
  int fd = failed_step != NULL && strcmp(failed_step, "descriptors") == 0 ? news_fd : STDERR_FILENO + 1;
  if (failed_step != NULL) {
    snprintf(news.text, sizeof news.text, "the agent's user could not be set up: %s: %s", failed_step, strerror(errno));
    tell(fd, &news);
    _exit(126);
  }

  news.kind = NEWS_NOT_RUNNABLE;
  if (chdir("/workspace") != 0) {
    snprintf(news.text, sizeof news.text, "the workspace can't be entered: %s", strerror(errno));
    tell(fd, &news);
    _exit(126);
  }
  const struct entry *entry = entry_choose();
  if (entry == NULL) {
    char missing[160] = "";
    bool named = runnable_missing(EXECUTABLE_PATH, missing, sizeof missing);
    snprintf(news.text, sizeof news.text, "the workspace has no main.py, main.js, main.mjs or executable main%s%s",
             named ? ": " : "", missing);
    tell(fd, &news);
    _exit(127);
  }
  const char *program = entry->arguments[0];
  bool is_own = strncmp(program, WORKSPACE_PATH, strlen(WORKSPACE_PATH)) == 0;
  if (is_own && runnable_complaint(program, news.text, sizeof news.text)) {
    tell(fd, &news);
    _exit(126);
  }

  struct news chosen = {.kind = NEWS_CHOSEN, .entry_place = entry_place(entry)};
  tell(fd, &chosen);
  execv(program, (char *const *)entry->arguments);
  if (is_own)
    runnable_explain(program, errno, news.text, sizeof news.text);
  else
    snprintf(news.text, sizeof news.text, "%s can't be run: %s", program, strerror(errno));
  tell(fd, &news);
  _exit(126);
}

int agent_start(struct agent *agent, const struct options *options, const int output_fds[SOURCES]) {
  int ends[2];
  *agent = (struct agent){.state = AGENT_ABSENT, .news_fd = -1};

  if (pipe2(ends, O_CLOEXEC) != 0) {
    snprintf(agent->detail, sizeof agent->detail, "pipe: %s", strerror(errno));
    return -1;
  }
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  pid_t pid = fork();
  if (pid == 0) become_agent(options, output_fds, ends[1]);
  close(ends[1]);
  if (pid < 0) {
    snprintf(agent->detail, sizeof agent->detail, "fork: %s", strerror(errno));
    close(ends[0]);
    return -1;
  }
  agent->pid = pid;
  agent->news_fd = ends[0];
  agent->state = AGENT_STARTING;
  return 0;
}

bool agent_hear(struct agent *agent) {
  struct news news;
  enum agent_state before = agent->state;

  while (agent->news_fd >= 0) {
    ssize_t length = read(agent->news_fd, &news, sizeof news);
    if (length < 0 && errno == EINTR) continue;
    if (length < 0 && errno == EAGAIN) break;
    if (length != sizeof news) {
      /* The pipe has closed: the program runs, or the child was killed before it came to that. */
      close(agent->news_fd);
      agent->news_fd = -1;
      if (agent->state == AGENT_STARTING && agent->entry != NULL) agent->state = AGENT_RUNNING;
      break;
    }
    if (news.kind == NEWS_CHOSEN) {
      const struct entry *entry = entry_at(news.entry_place);
      if (entry != NULL) agent->entry = entry->name;
    } else {
      agent->state = news.kind == NEWS_FAILED ? AGENT_FAILED : AGENT_NOT_RUNNABLE;
      snprintf(agent->detail, sizeof agent->detail, "%.*s", (int)sizeof news.text - 1, news.text);
    }
  }
  return agent->state != before;
}

void agent_reaped(struct agent *agent, pid_t pid, int status) {
  if (pid != agent->pid || agent->ended) return;
  agent->ended = true;
  agent->status = status;
}
