#include "runnable.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "entry.h"

/* The kernel looks for the interpreter in as many bytes as this. */
enum { HEAD_SIZE = 256, NAME_SHOWN = 120 };

#define BYTE_ORDER_MARK "\xef\xbb\xbf"
#define PROGRAM_MARK "\x7f" "ELF"

struct head {
  char bytes[HEAD_SIZE + 1];
  size_t length;
};

static const char *name_of(const char *path) {
  size_t length = strlen(WORKSPACE_PATH);
  return strncmp(path, WORKSPACE_PATH, length) == 0 ? path + length : path;
}

/* It is shown to the operator, and the agent chose it. */
static void make_printable(char *text) {
  for (; *text != '\0'; text++)
    if (*text < 0x20 || *text > 0x7e) *text = '?';
}

static bool begins_with(const struct head *head, const char *mark) {
  return head->length >= strlen(mark) && memcmp(head->bytes, mark, strlen(mark)) == 0;
}

static bool read_head(const char *path, struct head *head) {
  head->length = 0;
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return false;
  ssize_t count;
  while (head->length < HEAD_SIZE && (count = read(fd, head->bytes + head->length, HEAD_SIZE - head->length)) > 0)
    head->length += (size_t)count;
  close(fd);
  head->bytes[head->length] = '\0';
  return true;
}

/* The first line after its `#!`, without the end of the line. NULL where it has none. */
static char *interpreter_line(struct head *head) {
  if (!begins_with(head, "#!")) return NULL;
  head->bytes[strcspn(head->bytes, "\n")] = '\0';
  return head->bytes + strlen("#!");
}

static bool ends_in_return(const char *line) { return *line != '\0' && line[strlen(line) - 1] == '\r'; }

bool runnable_complaint(const char *path, char *text, size_t size) {
  struct head head;
  if (!read_head(path, &head)) return false;
  const char *line = interpreter_line(&head);
  if (line == NULL || !ends_in_return(line)) return false;
  snprintf(text, size, "%s: the #! line ends in a carriage return (CR)", name_of(path));
  return true;
}

static void explain_interpreter(const char *name, char *line, int error, char *text, size_t size) {
  char *interpreter = line + strspn(line, " \t");
  interpreter[strcspn(interpreter, " \t")] = '\0';
  struct stat status;
  bool found = stat(interpreter, &status) == 0;
  int missing = errno;
  bool executable = found && access(interpreter, X_OK) == 0;
  make_printable(interpreter);
  if (*interpreter == '\0')
    snprintf(text, size, "%s: the #! line names no interpreter", name);
  else if (!found)
    snprintf(text, size, "%s: the interpreter %.*s: %s", name, NAME_SHOWN, interpreter, strerror(missing));
  else if (!S_ISREG(status.st_mode))
    snprintf(text, size, "%s: the interpreter %.*s is not a file", name, NAME_SHOWN, interpreter);
  else if (!executable)
    snprintf(text, size, "%s: the interpreter %.*s is not executable", name, NAME_SHOWN, interpreter);
  else
    snprintf(text, size, "%s: the interpreter %.*s can't be run: %s", name, NAME_SHOWN, interpreter, strerror(error));
}

void runnable_explain(const char *path, int error, char *text, size_t size) {
  const char *name = name_of(path);
  struct head head;
  if (!read_head(path, &head)) {
    snprintf(text, size, "%s can't be run: %s", name, strerror(error));
    return;
  }
  char *line = interpreter_line(&head);
  if (line != NULL)
    explain_interpreter(name, line, error, text, size);
  else if (head.length == 0)
    snprintf(text, size, "%s is empty", name);
  else if (begins_with(&head, BYTE_ORDER_MARK "#!"))
    snprintf(text, size, "%s: a byte order mark (BOM) stands before its #! line", name);
  else if (begins_with(&head, PROGRAM_MARK) && error == ENOENT)
    snprintf(text, size, "%s: the loader that this program needs is not here", name);
  else if (begins_with(&head, PROGRAM_MARK))
    snprintf(text, size, "%s is not a program for this kind of machine: %s", name, strerror(error));
  else if (error == ENOEXEC)
    snprintf(text, size, "%s is no program and has no #! line", name);
  else
    snprintf(text, size, "%s can't be run: %s", name, strerror(error));
}

bool runnable_missing(const char *path, char *text, size_t size) {
  struct stat status;
  if (lstat(path, &status) != 0) return false;
  const char *name = name_of(path);
  if (stat(path, &status) != 0)
    snprintf(text, size, "%s is a link that leads nowhere: %s", name, strerror(errno));
  else if (S_ISDIR(status.st_mode))
    snprintf(text, size, "%s is a directory", name);
  else if (!S_ISREG(status.st_mode))
    snprintf(text, size, "%s is not a file", name);
  else
    snprintf(text, size, "%s is not executable", name);
  return true;
}
