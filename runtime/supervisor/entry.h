#ifndef ENTRY_H
#define ENTRY_H

#define WORKSPACE_PATH "/workspace/"
#define EXECUTABLE_PATH WORKSPACE_PATH "main"

/* What is run in a workspace: a program and its arguments. */
struct entry {
  const char *name;         /* as reported: "main.py" */
  const char *arguments[3]; /* arguments[0] is the program's path; ends with NULL */
};

/*
 * Chooses the entry point of the workspace: the first of main.py, main.js, main.mjs and an executable main that is a
 * regular file. To be called as the agent's user, since root without CAP_DAC_OVERRIDE may not enter the workspace, and
 * so that a link leads no further than the agent could go anyway. Returns NULL where there is none.
 */
const struct entry *entry_choose(void);

/* The same by its place in the table, so that a choice can be told through a pipe. NULL beyond the end. */
const struct entry *entry_at(int place);
int entry_place(const struct entry *entry);

#endif
