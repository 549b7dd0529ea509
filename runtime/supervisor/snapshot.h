#ifndef SNAPSHOT_H
#define SNAPSHOT_H

/* Answers the request for the content of several files as they are at one moment: of all of them, or of none. */
void snapshot_tell(void);

#endif
