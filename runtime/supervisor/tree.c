#include "tree.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#include "clock.h"

enum { PATIENCE_US = 5000000, PAUSE_US_FIRST = 100, PAUSE_US_MOST = 5000 };

void tree_reap(struct agent *agent) {
  int status;
  pid_t pid;
  while ((pid = waitpid(-1, &status, WNOHANG | __WALL)) > 0) agent_reaped(agent, pid, status);
}

bool tree_kill(struct agent *agent) {
  int64_t give_up_at = clock_now_us() + PATIENCE_US;
  int64_t pause = PAUSE_US_FIRST;

  for (;;) {
    /* -1 is everyone we may signal but ourselves: as PID 1 with CAP_KILL, all there is, zombies included. */
    bool alone = kill(-1, SIGKILL) != 0 && errno == ESRCH;
    tree_reap(agent);
    if (alone) return true;
    if (clock_now_us() >= give_up_at) return false;

    struct timespec time = clock_timespec(pause);
    nanosleep(&time, NULL);
    if (pause < PAUSE_US_MOST) pause *= 2;
  }
}
