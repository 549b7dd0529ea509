#ifndef COMMAND_H
#define COMMAND_H

/* What the host says on stdin: the one line "go". */
enum command { COMMAND_NONE_YET, COMMAND_GO, COMMAND_ENDED, COMMAND_UNKNOWN };

/* Reads what has arrived on stdin, which must not block. */
enum command command_read(void);

#endif
