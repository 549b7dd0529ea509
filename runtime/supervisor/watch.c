#include "watch.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "clock.h"

/* They count as the agent's processes do, and must leave it room. */
enum { THREADS_MOST = 8, PROCESSES_PER_THREAD = 4, STACK_BYTES = 64 * 1024 };

static sem_t begun;
static int thread_count;

static void sleep_until(int64_t us) {
  struct timespec time = clock_timespec(us);
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) == EINTR) continue;
}

static void *look_on(void *argument) {
  const struct watch *watch = argument;
  while (sem_wait(&begun) != 0) continue;

  while (!budget_look_at_cpu(watch->budget, clock_now_us())) sleep_until(watch->budget->check_at_us);
  /* All at once, so that nothing is born meanwhile; the main thread sees to it that nothing is left. */
  kill(-1, SIGKILL);
  eventfd_write(watch->spent_fd, 1);
  return NULL;
}

static int start_thread(struct watch *watch, const cpu_set_t *processor) {
  pthread_t thread;
  pthread_attr_t attributes;
  int failed = pthread_attr_init(&attributes);
  if (failed == 0) failed = pthread_attr_setstacksize(&attributes, STACK_BYTES);
  if (failed == 0) failed = pthread_attr_setaffinity_np(&attributes, sizeof *processor, processor);
  if (failed == 0) failed = pthread_create(&thread, &attributes, look_on, watch);
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
    errno = start_thread(watch, &processor);
    if (errno != 0) return "a thread to watch the CPU time";
    thread_count++;
  }
  return NULL;
}

void watch_begin(struct watch *watch) {
  (void)watch;
  for (int i = 0; i < thread_count; i++) sem_post(&begun);
}
