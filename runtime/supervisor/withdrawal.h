#ifndef WITHDRAWAL_H
#define WITHDRAWAL_H

/* Answers the request for the content of a file. */
void withdrawal_tell(void);

#endif
