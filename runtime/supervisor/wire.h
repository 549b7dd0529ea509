#ifndef WIRE_H
#define WIRE_H

#include <stdbool.h>

#include "session.h"

/* The container's stdin and stdout, over which a session goes. */
enum wire_result { WIRE_IDLE, WIRE_MOVED, WIRE_ENDED };

/* Returns NULL, or what is wrong with the streams. From here on they don't block. */
const char *wire_open(void);

/* Reads once what has arrived, and takes it in. WIRE_ENDED: nothing more will come. */
enum wire_result wire_read(struct session *session);

/* Writes what can be written now. A stdout that nobody holds any more breaks the session. */
enum wire_result wire_write(struct session *session);

/* Whether something waits to be written. */
bool wire_waits(const struct session *session);

#endif
