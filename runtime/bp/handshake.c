#include "handshake.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "problem.h"

static struct text text;
static struct json whole;

struct json handshake(void) {
  if (text.length > 0) return whole;
  const char *path = getenv("BP_ENV");
  if (path == NULL || *path == '\0') fail(NO_SERVICE, "no_handshake", "BP_ENV names no file");
  struct stat status;
  int descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) fail(NO_SERVICE, "no_handshake", "%s: %s", path, strerror(errno));
  if (fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode) || !text_read(&text, descriptor))
    fail(NO_SERVICE, "no_handshake", "%s can't be read", path);
  close(descriptor);
  if (!json_read(text.bytes, text.length, &whole) || json_kind(whole) != JSON_OBJECT)
    fail(NO_SERVICE, "no_handshake", "%s is no JSON object", path);
  return whole;
}

const struct text *handshake_text(void) {
  handshake();
  return &text;
}

static char *told(const char *variable, const char *member) {
  const char *value = getenv(variable);
  struct json found;
  struct text words = {0};
  if (value != NULL && *value != '\0')
    text_say(&words, value);
  else if (json_member(handshake(), member, &found) && json_kind(found) == JSON_STRING)
    json_say(found, &words);
  if (words.length == 0) fail(NO_SERVICE, "no_handshake", "neither %s nor the handshake tells it", variable);
  for (size_t i = 0; i < words.length; i++)
    if (words.bytes[i] <= ' ' || words.bytes[i] > '~') fail(NO_SERVICE, "no_handshake", "%s has a strange character", variable);
  return words.bytes;
}

const char *handshake_service(void) {
  static char *url;
  if (url != NULL) return url;
  url = told("BP_SERVICE_URL", "service_url");
  size_t length = strlen(url);
  while (length > 0 && url[length - 1] == '/') url[--length] = '\0';
  return url;
}

const char *handshake_token(void) {
  static char *token;
  if (token == NULL) token = told("BP_EXECUTION_TOKEN", "execution_token");
  return token;
}
