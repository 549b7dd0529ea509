#include "watch.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "clock.h"

/* They count as the agent's processes do, and must leave it room. */
enum { THREADS_MOST = 8, PROCESSES_PER_THREAD = 4, STACK_BYTES = 64 * 1024 };

/* How long the others leave it to the thread that looked last. */
enum { LATE_US = 1000 };

struct watcher {
  struct watch *watch;
  int timer_fd;
};

static sem_t begun;
static struct watcher watchers[THREADS_MOST];
static int watcher_count;

static void wake_at(const struct watcher *watcher, int64_t us) {
  struct itimerspec time = {.it_value = clock_timespec(us)};
  timerfd_settime(watcher->timer_fd, TFD_TIMER_ABSTIME, &time, NULL);
}

static void sleep_until_woken(const struct watcher *watcher) {
  uint64_t times;
  while (read(watcher->timer_fd, &times, sizeof times) < 0 && errno == EINTR) continue;
}

/*
 * Whoever looked goes on looking, and puts off the others until it would be late: each thread that wakes is charged to
 * the agent. All timers run on its processor then: where a hypervisor stops that one alone, all are late until it goes on.
 */
static void put_off_others(const struct watcher *self, int64_t next_us) {
  for (int i = 0; i < watcher_count; i++)
    if (&watchers[i] != self) wake_at(&watchers[i], next_us + LATE_US);
  wake_at(self, next_us);
}

static void *look_on(void *argument) {
  const struct watcher *self = argument;
  struct watch *watch = self->watch;
  struct budget *budget = watch->budget;
  while (sem_wait(&begun) != 0) continue;

  enum look look;
  while ((look = budget_look_at_cpu(budget, clock_now_us())) != LOOK_SPENT) {
    if (look == LOOK_DONE)
      put_off_others(self, budget->check_at_us);
    else
      wake_at(self, budget->check_at_us + LATE_US);
    sleep_until_woken(self);
  }
  /* All at once, so that nothing is born meanwhile; the main thread sees to it that nothing is left. */
  kill(-1, SIGKILL);
  eventfd_write(watch->spent_fd, 1);
  return NULL;
}

/* arm64 lets no thread have less than 128 KiB, nor any processor less than its registers take. */
static size_t stack_bytes(void) {
  long least = sysconf(_SC_THREAD_STACK_MIN);
  return least > STACK_BYTES ? (size_t)least : STACK_BYTES;
}

static int start_thread(struct watcher *watcher, const cpu_set_t *processor) {
  pthread_t thread;
  pthread_attr_t attributes;
  int failed = pthread_attr_init(&attributes);
  if (failed == 0) failed = pthread_attr_setstacksize(&attributes, stack_bytes());
  if (failed == 0) failed = pthread_attr_setaffinity_np(&attributes, sizeof *processor, processor);
  if (failed == 0) failed = pthread_create(&thread, &attributes, look_on, watcher);
  if (failed == 0) failed = pthread_detach(thread);
  pthread_attr_destroy(&attributes);
  return failed;
}

const char *watch_prepare(struct watch *watch, struct budget *budget, int64_t processes_max) {
  cpu_set_t processors, processor;
  watch->budget = budget;
  watch->spent_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (watch->spent_fd < 0) return "eventfd";
  if (sem_init(&begun, 0, 0) != 0) return "sem_init";
  if (sched_getaffinity(0, sizeof processors, &processors) != 0) return "sched_getaffinity";

  int64_t most = processes_max / PROCESSES_PER_THREAD;
  if (most > THREADS_MOST) most = THREADS_MOST;
  if (most < 1) most = 1;
  int count = CPU_COUNT(&processors);
  int step = (count + (int)most - 1) / (int)most;
  int place = 0;
  for (size_t number = 0; place < count && number < CPU_SETSIZE; number++) {
    if (!CPU_ISSET(number, &processors)) continue;
    if (place++ % step != 0) continue;
    CPU_ZERO(&processor);
    CPU_SET(number, &processor);
    struct watcher *watcher = &watchers[watcher_count];
    *watcher = (struct watcher){.watch = watch, .timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC)};
    if (watcher->timer_fd < 0) return "timerfd";
    errno = start_thread(watcher, &processor);
    if (errno != 0) return "a thread to watch the CPU time";
    watcher_count++;
  }
  return NULL;
}

void watch_begin(struct watch *watch) {
  (void)watch;
  for (int i = 0; i < watcher_count; i++) sem_post(&begun);
}
