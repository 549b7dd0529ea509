#include <string.h>

#include "chance.h"
#include "model.h"
#include "program.h"

struct program program;
unsigned char nonce[NONCE_SIZE];

static bool is_content(uint32_t number) { return number % 2 == 0; }

struct conversation *conversation_of(uint32_t number) {
  struct conversation *conversation =
      is_content(number) ? &program.content : &program.conversations[number / 2 % CONVERSATIONS];
  return conversation->open && conversation->number == number ? conversation : NULL;
}

void close_conversation(struct conversation *conversation) {
  conversation->open = false;
  if (!is_content(conversation->number)) program.open_count--;
}

static void read_data(const struct frame *frame, const unsigned char *data) {
  struct conversation *conversation = conversation_of(frame->stream);
  if (conversation == NULL || !program.sound) return;
  EXPECT(!conversation->heard_last);
  EXPECT(frame->length <= conversation->may_come);
  EXPECT(memcmp(data, bytes_at(frame->stream, conversation->came), frame->length) == 0);
  conversation->came += frame->length;
  conversation->may_come -= frame->length;
}

static void read_connection(const struct frame *frame, const unsigned char *data) {
  if ((frame->flags & FRAME_SYN) != 0) {
    EXPECT(!is_content(frame->stream));
    EXPECT(frame->stream == (program.last_number == 0 ? STREAM_CONNECTION_FIRST : program.last_number + 2));
    program.last_number = frame->stream;
    struct conversation *place = &program.conversations[frame->stream / 2 % CONVERSATIONS];
    /* One that has been open for so long is given up by the model alone. */
    if (place->open) close_conversation(place);
    *place = (struct conversation){
        .number = frame->stream, .open = true, .may_send = CHANNEL_WINDOW, .may_come = program.window};
    program.open_count++;
    if (program.sound) EXPECT(program.open_count <= SESSION_CONNECTIONS_MAX);
  }
  /* What has gone wrong since may have opened content of which the program knows nothing. */
  if (!is_content(frame->stream) || program.sound)
    EXPECT(frame->stream <= (is_content(frame->stream) ? program.last_content : program.last_number));
  struct conversation *conversation = conversation_of(frame->stream);
  if (frame->type == FRAME_DATA) read_data(frame, data);
  if (conversation == NULL) return;
  if (frame->type == FRAME_WINDOW && program.sound) {
    conversation->may_send += frame->length;
    EXPECT(conversation->may_send <= (is_content(frame->stream) ? SESSION_CONTENT_SIZE : CHANNEL_WINDOW));
  }
  if ((frame->flags & FRAME_FIN) != 0) {
    if (program.sound) EXPECT(!conversation->heard_last);
    conversation->heard_last = true;
  }
  bool both = conversation->heard_last && conversation->said_last;
  if (both || (frame->flags & FRAME_RST) != 0) close_conversation(conversation);
}

static void read_frame(const struct frame *frame, enum source source, const unsigned char *data) {
  if (frame->stream == STREAM_CONTROL) {
    EXPECT(frame->type == FRAME_DATA && frame->length == 6 && memcmp(data, "ready\n", 6) == 0 && !program.ready);
    program.ready = true;
    return;
  }
  EXPECT(program.ready);
  if (frame->stream != STREAM_OUTPUT) {
    read_connection(frame, data);
    return;
  }
  EXPECT(frame->type == FRAME_DATA && frame->flags == 0);
  if (!program.sound) return;
  EXPECT(memcmp(data, bytes_at(1, program.output_came), frame->length) == 0);
  for (uint32_t i = 0; i < frame->length; i++) EXPECT(source_at_place(program.output_came + i) == source);
  program.output_came += frame->length;
  EXPECT(program.output_came - program.output_kept <= program.output_window);
}

static size_t read_answer(const unsigned char *bytes, size_t size) {
  unsigned char mark[MARK_SIZE] = MARK_TEXT;
  memcpy(mark + 4, nonce, NONCE_SIZE);
  const unsigned char *at = memmem(bytes, size, mark, MARK_SIZE);
  if (at == NULL || (size_t)(bytes + size - at) < GREETING_SIZE) return 0;
  EXPECT(frame_number(at + MARK_SIZE) == CHANNEL_WINDOW);
  EXPECT(frame_number(at + MARK_SIZE + 4) == SESSION_CONNECTIONS_MAX);
  program.output_came = program.output_kept = frame_long_number(at + MARK_SIZE + 8);
  program.answered = true;
  return (size_t)(at - bytes) + GREETING_SIZE;
}

void program_reads(size_t most) {
  size_t size, taken = 0;
  const unsigned char *bytes = outbox_waiting(&session->outbox, &size);
  if (size > most) size = most;
  EXPECT(program.input_size + size <= sizeof program.input);
  if (size > 0) memcpy(program.input + program.input_size, bytes, size);
  outbox_written(&session->outbox, size);
  program.input_size += size;
  if (!program.answered) taken = read_answer(program.input, program.input_size);
  while (program.answered && program.input_size - taken >= FRAME_HEAD_SIZE) {
    struct frame frame;
    unsigned char head[FRAME_HEAD_SIZE];
    memcpy(head, program.input + taken, sizeof head);
    enum source source = head[3] & FRAME_STDERR ? SOURCE_STDERR : SOURCE_STDOUT;
    /* A session itself must never take it. */
    head[3] &= (unsigned char)~FRAME_STDERR;
    EXPECT(frame_read(head, &frame) && (source == SOURCE_STDOUT || frame.stream == STREAM_OUTPUT));
    size_t whole = FRAME_HEAD_SIZE + (frame.type == FRAME_DATA ? frame.length : 0);
    if (program.input_size - taken < whole) break;
    read_frame(&frame, source, program.input + taken + FRAME_HEAD_SIZE);
    taken += whole;
  }
  memmove(program.input, program.input + taken, program.input_size - taken);
  program.input_size -= taken;
}
