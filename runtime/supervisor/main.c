/*
 * The supervisor: PID 1 of an agent's container and the only process in it that is root. It relays the agent's HTTP to
 * the System Service's socket, starts the agent when the host says "go", keeps it within its CPU and wall time, sees to
 * it that nothing is left running, and reports what was used. README.md describes what the host and it say to each
 * other.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent.h"
#include "budget.h"
#include "cgroup.h"
#include "clock.h"
#include "command.h"
#include "disk.h"
#include "options.h"
#include "relay.h"
#include "report.h"
#include "tree.h"
#include "watch.h"

/* How often the workspace's room is looked at. */
enum { DISK_PAUSE_US = 1000000 };

enum exit_status { EXIT_REPORTED = 0, EXIT_USAGE = 2, EXIT_NO_GO = 3, EXIT_SETUP = 4 };

/* What ends the watch over an execution. */
enum reason {
  REASON_NONE,
  REASON_EXITED,
  REASON_CPU,
  REASON_WALL,
  REASON_DISK,
  REASON_STOPPED,
  REASON_NOT_RUNNABLE,
  REASON_NO_GO,
  REASON_FAILED,
};

struct supervision {
  struct options options;
  struct cgroup cgroup;
  struct budget budget;
  struct watch watch;
  struct agent agent;
  int signal_fd;
  bool going; /* "go" has been said: the budget counts */
};

static int give_up(int status, const char *step) {
  char detail[512];
  snprintf(detail, sizeof detail, "%s: %s", step, strerror(errno));
  report_failed(detail);
  return status;
}

/* An agent that shared the supervisor's stream could write its own report. */
static bool streams_are_apart(void) {
  struct stat output, stream;
  if (fstat(STDOUT_FILENO, &output) != 0 || fstat(STDERR_FILENO, &stream) != 0) return false;
  bool same = output.st_dev == stream.st_dev && output.st_ino == stream.st_ino;
  return !same || (S_ISCHR(output.st_mode) && !isatty(STDOUT_FILENO));
}

static const char *set_up(struct supervision *self) {
  errno = EPERM;
  /* Anywhere else, "kill everything but me" would reach the whole machine. */
  if (getpid() != 1) return "the supervisor must be process 1 of its own PID namespace";
  if (getuid() != 0) return "the supervisor must be started as root";
  errno = EINVAL;
  if (!streams_are_apart()) return "stdout and stderr must be open and apart from each other";
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return "dumpable";

  sigset_t handled;
  sigemptyset(&handled);
  sigaddset(&handled, SIGCHLD);
  sigaddset(&handled, SIGTERM);
  sigaddset(&handled, SIGINT);
  if (sigprocmask(SIG_BLOCK, &handled, NULL) != 0) return "sigprocmask";
  signal(SIGPIPE, SIG_IGN);
  self->signal_fd = signalfd(-1, &handled, SFD_NONBLOCK | SFD_CLOEXEC);
  if (self->signal_fd < 0) return "signalfd";

  fcntl(STDIN_FILENO, F_SETFL, fcntl(STDIN_FILENO, F_GETFL) | O_NONBLOCK);
  fcntl(STDERR_FILENO, F_SETFL, fcntl(STDERR_FILENO, F_GETFL) | O_NONBLOCK);
  /* Lets the agent's programs open /dev/stdout by name, for writing only; otherwise the pipe is root's alone. */
  struct stat output;
  if (fstat(STDOUT_FILENO, &output) == 0 && S_ISFIFO(output.st_mode)) (void)!fchmod(STDOUT_FILENO, 0622);

  cgroup_open(&self->cgroup);
  const char *failed_step = watch_prepare(&self->watch, &self->budget, cgroup_pids_max());
  if (failed_step != NULL) return failed_step;
  return relay_listen(&self->options);
}

static enum reason take_command(struct supervision *self) {
  switch (command_read()) {
    case COMMAND_NONE_YET:
      return REASON_NONE;
    case COMMAND_ENDED:
      return REASON_NO_GO;
    case COMMAND_UNKNOWN:
      snprintf(self->agent.detail, sizeof self->agent.detail, "stdin said something other than go");
      return REASON_FAILED;
    case COMMAND_GO:
      break;
  }
  self->going = true;
  budget_start(&self->budget, &self->options, &self->cgroup);
  watch_begin(&self->watch);
  return agent_start(&self->agent, &self->options) == 0 ? REASON_NONE : REASON_FAILED;
}

static bool told_to_stop(int signal_fd) {
  struct signalfd_siginfo info;
  bool stop = false;
  while (read(signal_fd, &info, sizeof info) == sizeof info) stop |= info.ssi_signo != SIGCHLD;
  return stop;
}

/* Takes in what has become of the agent's first process. */
static enum reason look_at_agent(struct supervision *self) {
  struct agent *agent = &self->agent;
  tree_reap(agent);
  if (agent_hear(agent) && agent->state == AGENT_RUNNING) report_started(agent->entry);
  if (agent->state == AGENT_NOT_RUNNABLE) return REASON_NOT_RUNNABLE;
  if (agent->state == AGENT_FAILED) return REASON_FAILED;
  if (!agent->ended) return REASON_NONE;
  /* Who spent its CPU time has been killed before we are told of it. */
  return budget_spent(&self->budget, 0) == SPENT_CPU ? REASON_CPU : REASON_EXITED;
}

static enum reason look_at_limits(struct supervision *self, int64_t now_us) {
  switch (budget_spent(&self->budget, now_us)) {
    case SPENT_CPU:
      return REASON_CPU;
    case SPENT_WALL:
      return REASON_WALL;
    case SPENT_NOTHING:
      break;
  }
  return disk_is_over(&self->options) ? REASON_DISK : REASON_NONE;
}

/* When the limits must be looked at again. The CPU time makes itself heard. */
static int64_t look_due_us(const struct supervision *self, int64_t now_us) {
  int64_t wall_ends = budget_wall_ends_us(&self->budget);
  return disk_is_watched(&self->options) && now_us + DISK_PAUSE_US < wall_ends ? now_us + DISK_PAUSE_US : wall_ends;
}

/* Waits for the next thing to happen and handles it. */
static enum reason watch_once(struct supervision *self) {
  enum { OWN = 4 };
  static struct pollfd entries[OWN + RELAY_POLL_MAX];
  int64_t now = clock_now_us();
  int64_t due = relay_due_us();
  if (self->going && look_due_us(self, now) < due) due = look_due_us(self, now);

  entries[0] = (struct pollfd){.fd = self->signal_fd, .events = POLLIN};
  entries[1] = (struct pollfd){.fd = self->going ? -1 : STDIN_FILENO, .events = POLLIN};
  entries[2] = (struct pollfd){.fd = self->going ? self->agent.news_fd : -1, .events = POLLIN};
  entries[3] = (struct pollfd){.fd = self->watch.spent_fd, .events = POLLIN};
  int count = OWN + relay_poll(entries + OWN, now);

  struct timespec pause = clock_timespec(due - now);
  if (ppoll(entries, (nfds_t)count, due == INT64_MAX ? NULL : &pause, NULL) < 0) {
    for (int i = 0; i < count; i++) entries[i].revents = 0;
  }

  now = clock_now_us();
  enum reason reason = REASON_NONE;
  if (entries[0].revents != 0 && told_to_stop(self->signal_fd)) return REASON_STOPPED;
  if (self->going) reason = look_at_limits(self, now);
  if (reason == REASON_NONE && (entries[0].revents != 0 || entries[2].revents != 0)) reason = look_at_agent(self);
  if (reason == REASON_NONE && entries[1].revents != 0) reason = take_command(self);
  if (reason == REASON_NONE) relay_serve(entries + OWN, now);
  return reason;
}

static const char *describe(const struct supervision *self, enum reason reason, struct ending *ending) {
  static char text[160];
  int status = self->agent.status, length;
  switch (reason) {
    case REASON_CPU:
      ending->cause = "cpu_budget";
      length = snprintf(text, sizeof text, "killed: the CPU budget of %lld ms is spent", (long long)self->options.cpu_ms);
      if (self->budget.kept_back_us > 0)
        snprintf(text + length, sizeof text - (size_t)length, ", with %lld ms for the end of its processes",
                 (long long)self->budget.kept_back_us / 1000);
      return text;
    case REASON_WALL:
      ending->cause = "wall_budget";
      snprintf(text, sizeof text, "killed: the wall time of %lld ms is over", (long long)self->options.wall_ms);
      return text;
    case REASON_DISK:
      ending->cause = "disk_quota";
      return self->agent.ended ? "the workspace holds more than it may" : "killed: the workspace holds more than it may";
    case REASON_STOPPED:
      ending->cause = "stopped";
      return self->going ? "killed: told to stop" : "told to stop before it began";
    case REASON_NOT_RUNNABLE:
      ending->cause = "not_runnable";
      return self->agent.detail;
    default:
      ending->cause = "exited";
      if (WIFSIGNALED(status)) {
        snprintf(text, sizeof text, "ended by signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
      } else {
        snprintf(text, sizeof text, "exited with code %d", WEXITSTATUS(status));
      }
      return text;
  }
}

/* A program that was refused processes seldom says so. */
static const char *with_refused(const struct supervision *self, const char *detail) {
  static char text[512];
  int64_t count;
  if (!cgroup_forks_refused(&self->cgroup, &count) || count == 0) return detail;
  snprintf(text, sizeof text, "%.400s; %lld new processes were refused", detail, (long long)count);
  return text;
}

/* Clears the container of everything else, then reports. */
static int finish(struct supervision *self, enum reason reason) {
  struct ending ending = {.exit_code = -1, .signal = -1, .cpu_us = -1, .memory_peak_bytes = -1, .oom_kills = -1};
  struct agent *agent = &self->agent;

  ending.tree_empty = tree_kill(agent);
  /* It may have begun or ended between the last look and the kill. */
  if (agent_hear(agent) && agent->state == AGENT_RUNNING) report_started(agent->entry);

  int64_t now = clock_now_us();
  ending.wall_ms = self->going ? (now - self->budget.started_at_us) / 1000 : 0;
  if (!self->going) ending.cpu_us = 0;
  if (self->going && !budget_cpu_used_us(&self->budget, &ending.cpu_us)) ending.cpu_us = -1;
  if (!cgroup_memory_peak(&self->cgroup, &ending.memory_peak_bytes)) ending.memory_peak_bytes = -1;
  if (!cgroup_oom_kills(&self->cgroup, &ending.oom_kills)) ending.oom_kills = -1;
  if (agent->ended && reason != REASON_NOT_RUNNABLE) {
    if (WIFEXITED(agent->status)) ending.exit_code = WEXITSTATUS(agent->status);
    if (WIFSIGNALED(agent->status)) ending.signal = WTERMSIG(agent->status);
  }
  ending.detail = with_refused(self, describe(self, reason, &ending));
  report_ended(&ending, self->options.report_dir);
  return EXIT_REPORTED;
}

int main(int count, char **arguments) {
  static struct supervision self = {.agent = {.news_fd = -1}};
  char complaint[256];

  if (options_parse(&self.options, count, arguments, complaint, sizeof complaint) != 0) {
    report_failed(complaint);
    return EXIT_USAGE;
  }
  const char *failed_step = set_up(&self);
  if (failed_step != NULL) return give_up(EXIT_SETUP, failed_step);
  report_ready(self.cgroup.version);

  enum reason reason;
  do reason = watch_once(&self);
  while (reason == REASON_NONE);
  if (reason == REASON_EXITED && disk_is_over(&self.options)) reason = REASON_DISK;

  if (reason == REASON_NO_GO) return EXIT_NO_GO;
  if (reason == REASON_FAILED) {
    tree_kill(&self.agent);
    report_failed(self.agent.detail);
    return EXIT_SETUP;
  }
  return finish(&self, reason);
}
