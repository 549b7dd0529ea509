#ifndef MODEL_H
#define MODEL_H

#include <stdint.h>

#include "session.h"

/* Ends the test with what was found, and where: `seed` and `step` bring it about again. */
_Noreturn void found(const char *what, const char *file, int line);
#define EXPECT(condition) ((condition) ? (void)0 : found(#condition, __FILE__, __LINE__))

/* Checks the examples of the stream's description, each against what the session says or does. Returns how many there were. */
int examples_check(const char *path, struct session *session);

/* Checks what is made of looks at processes. */
void metering_check(void);

/* What is made of what comes by both pipes of an agent. */
void printing_check(void);

/* What a budget makes of looks that come late. */
void freezing_check(void);

/* Drives the session with so many frames. Returns how many it took. */
uint64_t fuzz_run(struct session *session, uint64_t seed, uint64_t frames);

#endif
