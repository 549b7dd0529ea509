/*
 * Drives the core of the supervisor's end of the stream without any descriptor:
 *
 *   session-test examples docs/stream.md     what the description shows is what it says and understands
 *   session-test fuzz SEED FRAMES            valid, mutated and hostile frames; prints how many a second
 *   session-test metering                    what is made of looks at processes that nobody counts
 *   session-test freezing                    what is made of looks that come late
 *
 * test/integration/sandbox/supervisor-core.test.ts builds it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "model.h"

static struct session session;

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static long resident_kb(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

int main(int count, char **arguments) {
  if (count == 3 && strcmp(arguments[1], "examples") == 0) {
    printf("%d examples\n", examples_check(arguments[2], &session));
    return 0;
  }
  if (count == 2 && strcmp(arguments[1], "metering") == 0) {
    metering_check();
    return 0;
  }
  if (count == 2 && strcmp(arguments[1], "printing") == 0) {
    printing_check();
    return 0;
  }
  if (count == 2 && strcmp(arguments[1], "freezing") == 0) {
    freezing_check();
    return 0;
  }
  if (count != 4 || strcmp(arguments[1], "fuzz") != 0) return 2;
  uint64_t seed = strtoull(arguments[2], NULL, 10), frames = strtoull(arguments[3], NULL, 10);
  /* What a tenth needs is what all of it needs. */
  uint64_t done = fuzz_run(&session, seed, frames / 10);
  long before = resident_kb();
  double began = seconds();
  memset(&session, 0, sizeof session);
  done = fuzz_run(&session, seed + 1, frames);
  double took = seconds() - began;
  printf("%llu frames, %.0f frames/s, %ld kB more than after a tenth as many\n", (unsigned long long)done,
         (double)done / took, resident_kb() - before);
  return 0;
}
