#include <stdio.h>
#include <string.h>

#include "model.h"

struct example {
  char name[64];
  unsigned char bytes[256];
  size_t size;
};

static struct example examples[32];
static int example_count;

static void read_examples(const char *path) {
  char line[512];
  struct example *example = NULL;
  FILE *file = fopen(path, "r");
  EXPECT(file != NULL);
  while (fgets(line, sizeof line, file) != NULL) {
    line[strcspn(line, "\n")] = '\0';
    if (strncmp(line, "```hex ", 7) == 0) {
      EXPECT(example_count < 32);
      example = &examples[example_count++];
      snprintf(example->name, sizeof example->name, "%.63s", line + 7);
    } else if (strncmp(line, "```", 3) == 0) {
      example = NULL;
    } else if (example != NULL) {
      unsigned int byte;
      for (const char *at = line; *at != '\0';) {
        if (*at == ' ') {
          at++;
          continue;
        }
        EXPECT(sscanf(at, "%2x", &byte) == 1 && example->size < sizeof example->bytes);
        example->bytes[example->size++] = (unsigned char)byte;
        at += 2;
      }
    }
  }
  fclose(file);
}

static const struct example *example_of(const char *name) {
  for (int i = 0; i < example_count; i++)
    if (strcmp(examples[i].name, name) == 0) return &examples[i];
  fprintf(stderr, "no example: %s\n", name);
  found("the example is there", __FILE__, __LINE__);
}

/* Puts the bytes of the example in, as the program would. */
static void program(struct session *session, const char *name) {
  const struct example *example = example_of(name);
  size_t size;
  unsigned char *to = session_input(session, &size);
  EXPECT(size >= example->size);
  memcpy(to, example->bytes, example->size);
  session_take(session, example->size);
  EXPECT(session->open);
}

/* Takes out what the supervisor says, which must be just that. */
static void supervisor(struct session *session, const char *name) {
  const struct example *example = example_of(name);
  size_t size;
  const unsigned char *bytes = outbox_waiting(&session->outbox, &size);
  if (size != example->size || memcmp(bytes, example->bytes, size) != 0) {
    fprintf(stderr, "%s:", name);
    for (size_t i = 0; i < size; i++) fprintf(stderr, " %02x", bytes[i]);
    fprintf(stderr, "\n");
    found("the supervisor says what the example shows", __FILE__, __LINE__);
  }
  outbox_written(&session->outbox, size);
}

int examples_check(const char *path, struct session *session) {
  read_examples(path);
  session_begin(session, SESSION_CONNECTIONS_MAX);
  program(session, "program greets");
  EXPECT(session->greeted && session->window == 49152 && session->output.window == 262144);
  supervisor(session, "supervisor answers");
  program(session, "program says go");
  EXPECT(session->control.go);

  output_put(&session->output, (const unsigned char *)"hello\n", 6, SOURCE_STDOUT);
  output_send(&session->output, &session->outbox);
  supervisor(session, "supervisor sends output");
  output_put(&session->output, (const unsigned char *)"oh\n", 3, SOURCE_STDERR);
  output_send(&session->output, &session->outbox);
  supervisor(session, "supervisor sends output of stderr");
  program(session, "program has kept output");
  EXPECT(session->output.kept == 5);
  session->output.ended = true;
  output_settle(&session->output, &session->outbox);
  supervisor(session, "supervisor ends output");

  struct channel *channel = session_open_channel(session);
  session_settle(session);
  supervisor(session, "supervisor opens a connection");
  memcpy(outbox_data(&session->outbox), "GET ", 4);
  channel_send(channel, &session->outbox, &session->next_number, 4);
  supervisor(session, "supervisor sends data");
  EXPECT(channel->may_send == 49152 - 4);
  program(session, "program grants a window");
  EXPECT(channel->may_send == 49152);
  program(session, "program sends data with FIN");
  EXPECT(channel->held.length == 3 && memcmp(channel->held.bytes, "2.0", 3) == 0 && channel->heard_last);
  channel->ending = true;
  session_settle(session);
  supervisor(session, "supervisor ends its side");
  channel_pass_on(channel, 3);
  EXPECT(channel_is_over(channel));

  struct channel *second = session_open_channel(session);
  session_settle(session);
  outbox_begin(&session->outbox, NULL, 0);
  EXPECT(second->number == 7);
  program(session, "program resets a connection");
  EXPECT(second->state == CHANNEL_GONE);

  program(session, "program opens content and grants a window");
  EXPECT(session->content.state == CHANNEL_OPEN && session->content.number == 2);
  EXPECT(session->content.may_send == 524288);
  session_settle(session);
  supervisor(session, "supervisor grants a window of content");
  EXPECT(session->content.may_come == SESSION_CONTENT_SIZE);
  program(session, "program asks for a list");
  EXPECT(session->content.held.length == 5 && memcmp(session->content.held.bytes, "L\x80\0\0\x0a", 5) == 0);
  return example_count;
}
