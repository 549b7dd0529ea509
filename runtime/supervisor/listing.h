#ifndef LISTING_H
#define LISTING_H

/* Answers the two requests about everything in the workspace: what it is, and how much. */
void listing_tell(void);
void listing_weigh(void);

#endif
