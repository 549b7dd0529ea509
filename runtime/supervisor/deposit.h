#ifndef DEPOSIT_H
#define DEPOSIT_H

/* Does what the four requests ask for that change something. */
void deposit_file(void);
void deposit_folder(void);
void deposit_link(void);
void deposit_removal(void);

#endif
