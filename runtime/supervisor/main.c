/*
 * The supervisor: PID 1 of an agent's container and the only process in it that is root. It starts the agent when the
 * program says "go", carries the agent's connections and output over the one stream to the program, keeps the agent within
 * its CPU and wall time, sees to it that nothing is left running, and reports what was used. docs/stream.md describes what
 * the program and it say to each other.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "agent.h"
#include "budget.h"
#include "cgroup.h"
#include "clock.h"
#include "content.h"
#include "disk.h"
#include "ending.h"
#include "relay.h"
#include "report.h"
#include "supervision.h"
#include "tree.h"
#include "wire.h"

/* How often the workspace's room is looked at. */
enum { DISK_PAUSE_US = 1000000 };

/* How long "go" is waited for; and at the end, how long a program that takes nothing keeps the container. */
enum { GO_PATIENCE_US = 600000000, END_PATIENCE_US = 1000000 };

/* How long a program that stays for content may say nothing; and a porter that works. */
enum { STAY_PATIENCE_US = 10000000, PORTER_PATIENCE_US = 60000000 };

enum exit_status { EXIT_REPORTED = 0, EXIT_USAGE = 2, EXIT_NO_GO = 3, EXIT_SETUP = 4 };

static int give_up(int status, const char *step) {
  char detail[512];
  snprintf(detail, sizeof detail, "%s: %s", step, strerror(errno));
  report_failure(detail);
  return status;
}

/* Ours count as well, where the control group counts them. */
static int64_t processes_max(const struct supervision *self) {
  int64_t most = self->cgroup.pids_current_fd < 0 ? -1 : cgroup_pids_limit();
  return most < 0 ? INT64_MAX : most;
}

static const char *set_up(struct supervision *self) {
  errno = EPERM;
  /* Anywhere else, "kill everything but me" would reach the whole machine. */
  if (getpid() != 1) return "the supervisor must be process 1 of its own PID namespace";
  if (getuid() != 0) return "the supervisor must be started as root";
  const char *failed_step = wire_open();
  if (failed_step != NULL) return failed_step;
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

  self->no_go_at_us = clock_now_us() + GO_PATIENCE_US;
  cgroup_open(&self->cgroup);
  held_look(&self->held, &self->options, &self->cgroup);
  meter_open(&self->meter, &self->cgroup);
  session_begin(&self->session, relay_affordable_connections());
  if (!output_open(&self->session.output)) return "the pipes of the output";
  failed_step = watch_prepare(&self->watch, &self->budget, processes_max(self));
  if (failed_step != NULL) return failed_step;
  content_begin(&self->options, &self->session);
  self->session.control.knows_done = self->options.content != 0;
  return relay_listen(&self->options, &self->session);
}

static int64_t wall_ms(const struct supervision *self) {
  return self->going ? budget_wall_used_us(&self->budget, clock_now_us()) / 1000 : 0;
}

/* Says what has come about since the program has greeted, and what it has asked, as far as there is room. */
static void say_how_far(struct supervision *self) {
  static char line[REPORT_LINE_SIZE];
  struct session *session = &self->session;
  if (session->greeted) {
    struct progress progress = {.cgroup_version = self->cgroup.version,
                                .going = self->going,
                                .wall_ms = wall_ms(self),
                                .requests = session->control.requests,
                                .tells_limits = self->options.memory_bytes > 0,
                                .held = self->held,
                                .by_processes = self->meter.by_processes};
    report_ready(line, &progress);
    session->greeted = !session_say(session, line) && session->open;
    self->started_due = self->agent.state == AGENT_RUNNING;
  }
  if (self->started_due && !session->greeted) {
    report_started(line, self->agent.entry);
    self->started_due = !session_say(session, line);
  }
  if (session->control.asks_use && !session->greeted) {
    report_used(line, ending_cpu_us(self), ending_memory_peak_bytes(self));
    session->control.asks_use = !session_say(session, line);
  }
}

static enum reason start_agent(struct supervision *self) {
  struct output *output = &self->session.output;
  self->going = true;
  budget_start(&self->budget, &self->options, &self->meter);
  watch_begin(&self->watch);
  if (agent_start(&self->agent, &self->options, output->agent_fds) != 0) return REASON_FAILED;
  output_leave_to_agent(output);
  return REASON_NONE;
}

/* Takes in what the program says. */
static enum reason hear_program(struct supervision *self) {
  self->input_ended = wire_read(&self->session) == WIRE_ENDED;
  if (self->session.control.go && !self->going) return start_agent(self);
  return self->input_ended && !self->going ? REASON_NO_GO : REASON_NONE;
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
  if (agent_hear(agent) && agent->state == AGENT_RUNNING) self->started_due = true;
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
  if (now_us < self->disk_due_us) return REASON_NONE;
  self->disk_due_us = disk_is_watched(&self->options) ? now_us + DISK_PAUSE_US : INT64_MAX;
  return disk_is_over(&self->options) ? REASON_DISK : REASON_NONE;
}

static bool output_is_ready(const struct supervision *self) {
  const struct session *session = &self->session;
  return session->open && output_can_send(&session->output) && outbox_has_room(&session->outbox);
}

/* When something must be done even if nothing is heard. The CPU time makes itself heard. */
static int64_t due_us(const struct supervision *self, int64_t now_us) {
  if (output_is_ready(self)) return 0;
  int64_t due = self->going ? budget_wall_ends_us(&self->budget, now_us) : self->no_go_at_us;
  if (self->going && self->disk_due_us < due) due = self->disk_due_us;
  return relay_due_us() < due ? relay_due_us() : due;
}

static bool send_output(struct supervision *self) {
  bool ready = output_is_ready(self);
  if (ready) output_send(&self->session.output, &self->session.outbox);
  return ready;
}

/*
 * Fills the outbox: the output and the connections in turn, a frame of each. `had_room`: the connections were asked for
 * what they have. If they weren't, they come first when there is room again.
 */
static void fill(struct supervision *self, const struct pollfd *entries, bool had_room, int64_t now_us) {
  struct session *session = &self->session;
  bool sent = self->output_next && send_output(self);
  relay_hear(entries, now_us);
  if (!sent && (had_room || !relay_would_send())) sent = send_output(self);
  self->output_next = !sent && (self->output_next || had_room) && output_can_send(&session->output);
  session_settle(session);
}

/* Waits for the next thing to happen and handles it. */
static enum reason watch_once(struct supervision *self) {
  enum { SIGNAL, SPENT, NEWS, INPUT, OUTPUT, PRINTED, CONTENT = PRINTED + SOURCES, OWN };
  static struct pollfd entries[OWN + RELAY_POLL_MAX];
  struct session *session = &self->session;
  struct output *output = &session->output;
  int64_t now = clock_now_us();
  bool had_room = outbox_has_room(&session->outbox);

  entries[SIGNAL] = (struct pollfd){.fd = self->signal_fd, .events = POLLIN};
  entries[SPENT] = (struct pollfd){.fd = self->watch.spent_fd, .events = POLLIN};
  entries[NEWS] = (struct pollfd){.fd = self->going ? self->agent.news_fd : -1, .events = POLLIN};
  /* What can't be acted on isn't asked for: a hang-up is heard all the same, and we would spin. */
  entries[INPUT] = (struct pollfd){.fd = self->input_ended ? -1 : STDIN_FILENO, .events = POLLIN};
  entries[OUTPUT] = (struct pollfd){.fd = wire_waits(session) ? STDOUT_FILENO : -1, .events = POLLOUT};
  for (int i = 0; i < SOURCES; i++)
    entries[PRINTED + i] = (struct pollfd){.fd = output_room(output) > 0 ? output->fds[i] : -1, .events = POLLIN};
  entries[CONTENT] = content_poll();
  int count = OWN + relay_poll(entries + OWN, now);

  int64_t due = due_us(self, now);
  struct timespec pause = clock_timespec(due - now);
  if (ppoll(entries, (nfds_t)count, &pause, NULL) < 0)
    for (int i = 0; i < count; i++) entries[i].revents = 0;

  now = clock_now_us();
  enum reason reason = REASON_NONE;
  if (entries[SIGNAL].revents != 0 && told_to_stop(self->signal_fd)) return REASON_STOPPED;
  if (self->going) reason = look_at_limits(self, now);
  if (!self->going && now >= self->no_go_at_us) reason = REASON_NO_GO;
  if (reason == REASON_NONE && (entries[SIGNAL].revents != 0 || entries[NEWS].revents != 0))
    reason = look_at_agent(self);
  if (reason == REASON_NONE && entries[INPUT].revents != 0) reason = hear_program(self);
  if (reason != REASON_NONE) return reason;

  if (entries[OUTPUT].revents != 0) wire_write(session);
  relay_pass_on(entries + OWN);
  content_pass_on(entries[CONTENT]);
  if (content_is_open()) self->no_go_at_us = now + GO_PATIENCE_US;
  output_read(output, (const bool[SOURCES]){entries[PRINTED].revents != 0, entries[PRINTED + 1].revents != 0});
  say_how_far(self);
  fill(self, entries + OWN, had_room, now);
  content_hear(entries[CONTENT]);
  wire_write(session);
  return REASON_NONE;
}

/* Whether the program may still ask for what the agent has left. */
static bool stays(const struct supervision *self) {
  return self->options.content != 0 && !self->session.control.done && !self->input_ended;
}

static int64_t leave_at_us(const struct supervision *self, bool ended_said) {
  int64_t patience = END_PATIENCE_US;
  if (ended_said && stays(self)) patience = content_is_open() ? PORTER_PATIENCE_US : STAY_PATIENCE_US;
  return clock_now_us() + patience;
}

/* Waits until the program or a porter has something to say, or takes something. True when bytes have passed. */
static bool exchange(struct supervision *self, int64_t until_us) {
  struct session *session = &self->session;
  struct pollfd entries[] = {
      {.fd = self->input_ended ? -1 : STDIN_FILENO, .events = POLLIN},
      {.fd = wire_waits(session) ? STDOUT_FILENO : -1, .events = POLLOUT},
      content_poll(),
  };
  struct timespec pause = clock_timespec(until_us - clock_now_us());
  if (ppoll(entries, 3, &pause, NULL) <= 0) return false;
  if (entries[0].revents != 0) self->input_ended = wire_read(session) == WIRE_ENDED;
  content_pass_on(entries[2]);
  content_hear(entries[2]);
  return !self->input_ended && entries[1].revents == 0;
}

/*
 * Gives the program the rest of the output and the report, and what it asks for of the agent's files. One that has gone
 * finds the first two where they are kept; it comes back in time only where it does at once.
 */
static void take_leave(struct supervision *self, const char *ended_line) {
  struct session *session = &self->session;
  struct output *output = &session->output;
  int64_t give_up_at = leave_at_us(self, false);
  bool ended_said = false;

  while (session->open) {
    if (session->greeted) ended_said = false;
    say_how_far(self);
    while (output_is_ready(self)) output_send(output, &session->outbox);
    if (output_settle(output, &session->outbox) && !ended_said && !session->greeted && !self->started_due)
      ended_said = session_say(session, ended_line);
    session_settle(session);
    if (wire_write(session) == WIRE_MOVED) give_up_at = leave_at_us(self, ended_said);
    tree_reap(&self->agent);
    if (ended_said && !wire_waits(session) && !stays(self)) return;
    if (output_is_ready(self)) continue;

    if (clock_now_us() >= give_up_at) return;
    if (exchange(self, give_up_at)) give_up_at = leave_at_us(self, ended_said);
  }
}

/* Clears the container of everything else, then reports. */
static int finish(struct supervision *self, enum reason reason) {
  static char line[REPORT_LINE_SIZE];
  struct ending ending;
  struct agent *agent = &self->agent;
  struct session *session = &self->session;

  bool tree_is_empty = tree_kill(agent);
  /* It may have begun or ended between the last look and the kill. */
  if (agent_hear(agent) && agent->state == AGENT_RUNNING) self->started_due = true;
  ending_tell(&ending, self, reason);
  ending.tree_empty = tree_is_empty;
  ending.wall_ms = wall_ms(self);

  relay_close();
  output_drain(&session->output);
  ending.output_bytes = (int64_t)session->output.printed;
  ending.requests = session->control.requests;
  report_ended(line, &ending);
  report_keep(line, &session->output);
  take_leave(self, line);
  return EXIT_REPORTED;
}

int main(int count, char **arguments) {
  static struct supervision self = {.agent = {.news_fd = -1}};
  char complaint[256];

  if (options_parse(&self.options, count, arguments, complaint, sizeof complaint) != 0) {
    report_failure(complaint);
    return EXIT_USAGE;
  }
  const char *failed_step = set_up(&self);
  if (failed_step != NULL) return give_up(EXIT_SETUP, failed_step);

  enum reason reason;
  do reason = watch_once(&self);
  while (reason == REASON_NONE);
  if (reason == REASON_EXITED && disk_is_over(&self.options)) reason = REASON_DISK;

  if (reason == REASON_NO_GO) return EXIT_NO_GO;
  if (reason == REASON_FAILED) {
    tree_kill(&self.agent);
    report_failure(self.agent.detail);
    return EXIT_SETUP;
  }
  return finish(&self, reason);
}
