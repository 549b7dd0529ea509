#include "session.h"

#include <string.h>

/* A page of its own for each, so that a quiet connection's can be given back. */
static _Alignas(4096) unsigned char held[SESSION_CONNECTIONS_MAX][CHANNEL_WINDOW];
static _Alignas(4096) unsigned char held_content[SESSION_CONTENT_SIZE];

void session_begin(struct session *session, uint32_t connections_max) {
  session->connections_max = connections_max < SESSION_CONNECTIONS_MAX ? connections_max : SESSION_CONNECTIONS_MAX;
  memcpy(session->mark, MARK_TEXT, strlen(MARK_TEXT));
  output_begin(&session->output);
  for (int i = 0; i < SESSION_CONNECTIONS_MAX; i++)
    session->channels[i].held = (struct ring){.bytes = held[i], .size = CHANNEL_WINDOW};
  session->content.held = (struct ring){.bytes = held_content, .size = SESSION_CONTENT_SIZE};
}

static void let_go(struct channel *channel) {
  if (channel->state == CHANNEL_OPEN) channel->state = CHANNEL_GONE;
  if (channel->state == CHANNEL_RESET) channel->state = CHANNEL_FREE;
}

void session_break(struct session *session) {
  session->open = false;
  control_begin(&session->control);
  outbox_begin(&session->outbox, NULL, 0);
  for (int i = 0; i < SESSION_CONNECTIONS_MAX; i++) let_go(&session->channels[i]);
  let_go(&session->content);
}

static void greet(struct session *session, const unsigned char *greeting) {
  const unsigned char *numbers = greeting + MARK_SIZE;
  uint32_t window = frame_number(numbers), output_window = frame_number(numbers + 4);
  session_break(session);
  if (window > WINDOW_MAX || output_window > WINDOW_MAX) return;

  memcpy(session->mark, greeting, MARK_SIZE);
  session->nonce_is_known = true;
  session->open = true;
  session->greeted = true;
  session->window = window;
  session->next_number = STREAM_CONNECTION_FIRST;
  session->last_content = 0;

  unsigned char answer[GREETING_SIZE];
  memcpy(answer, greeting, MARK_SIZE);
  frame_write_number(answer + MARK_SIZE, CHANNEL_WINDOW);
  frame_write_number(answer + MARK_SIZE + 4, session->connections_max);
  frame_write_long_number(answer + MARK_SIZE + 8,
                          output_resume(&session->output, frame_long_number(numbers + 8), output_window));
  outbox_begin(&session->outbox, answer, sizeof answer);
}

static struct channel *channel_of(struct session *session, uint32_t number) {
  for (uint32_t i = 0; i < session->connections_max; i++) {
    struct channel *channel = &session->channels[i];
    if (channel->state == CHANNEL_OPEN && channel->number == number) return channel;
  }
  return NULL;
}

/* An empty one, of which as much may come at once as was greeted with. */
static void open_channel(struct session *session, struct channel *channel, uint32_t number) {
  struct ring empty = channel->held;
  empty.first = empty.length = 0;
  *channel = (struct channel){.state = CHANNEL_OPEN,
                              .number = number,
                              .may_send = session->window,
                              .may_come = CHANNEL_WINDOW,
                              /* The rest of a larger ring is granted as if it had been passed on. */
                              .passed_on = (uint32_t)(empty.size - CHANNEL_WINDOW),
                              .held = empty};
}

/* Whether the program has reason to believe that it is open; who was to carry it may not have noticed its end yet. */
static bool is_in_use(const struct channel *channel) {
  if (channel->state == CHANNEL_RESET) return true;
  return channel->state == CHANNEL_OPEN && !(channel->said_last && channel->heard_last);
}

static bool take_content(struct session *session, const struct frame *frame, const unsigned char *data) {
  struct channel *content = &session->content;
  if ((frame->flags & FRAME_SYN) != 0) {
    if (frame->stream <= session->last_content || is_in_use(content)) return false;
    session->last_content = frame->stream;
    session->contents_opened++;
    open_channel(session, content, frame->stream);
  }
  if (frame->stream == 0 || frame->stream > session->last_content) return false;
  if (frame->stream != session->last_content) return true;
  /* Both have broken it. */
  if (content->state == CHANNEL_RESET && (frame->flags & FRAME_RST) != 0) content->state = CHANNEL_FREE;
  return channel_take(content, frame, data);
}

static bool take_frame(struct session *session, const struct frame *frame, const unsigned char *data) {
  bool is_plain = (frame->flags & ~FRAME_ACK) == 0;
  if (frame->stream == STREAM_CONTROL)
    return is_plain && frame->type == FRAME_DATA && control_take(&session->control, data, frame->length);
  if (frame->stream == STREAM_OUTPUT)
    return is_plain && frame->type == FRAME_WINDOW && output_keep(&session->output, frame->length);
  if (frame->stream % 2 == 0) return take_content(session, frame, data);
  if ((frame->flags & FRAME_SYN) != 0 || frame->stream >= session->next_number) return false;
  struct channel *channel = channel_of(session, frame->stream);
  return channel == NULL || channel_take(channel, frame, data);
}

/* Takes in the frames that are whole before `end`. */
static void take_frames(struct session *session, size_t end) {
  struct frame frame;
  while (session->open && session->start < end && end - session->start >= FRAME_HEAD_SIZE) {
    const unsigned char *head = session->input + session->start;
    bool allowed = frame_read(head, &frame);
    size_t size = FRAME_HEAD_SIZE + (allowed && frame.type == FRAME_DATA ? frame.length : 0);
    if (allowed && end - session->start < size) return;
    session->start += size;
    if (!allowed || !take_frame(session, &frame, head + FRAME_HEAD_SIZE)) session_break(session);
  }
}

/*
 * Where the next greeting begins. Until the first one its nonce isn't known. (That a greeting comes in two pieces, and the
 * first makes a frame whole that was cut off before it, can't be seen; its connection is closed all the same.)
 */
static bool find_mark(struct session *session, size_t *at) {
  size_t size = session->nonce_is_known ? MARK_SIZE : strlen(MARK_TEXT);
  const unsigned char *from = session->input + session->searched;
  const unsigned char *found = memmem(from, session->end - session->searched, session->mark, size);
  if (found != NULL) {
    *at = session->searched = (size_t)(found - session->input);
    return true;
  }
  if (session->end - session->searched >= size) session->searched = session->end - (size - 1);
  return false;
}

void session_take(struct session *session, size_t count) {
  size_t at, again;
  session->end += count;
  while (find_mark(session, &at)) {
    take_frames(session, at);
    session->start = at;
    if (session->end - at < GREETING_SIZE) return;
    /* It was cut off itself where another begins within. */
    session->searched = at + 1;
    if (find_mark(session, &again) && again < at + GREETING_SIZE) {
      session->start = again;
      continue;
    }
    session->searched = at + 1;
    session->start = at + GREETING_SIZE;
    greet(session, session->input + at);
  }
  take_frames(session, session->end);
  if (!session->open) session->start = session->end;
}

unsigned char *session_input(struct session *session, size_t *size) {
  size_t first = session->start < session->searched ? session->start : session->searched;
  memmove(session->input, session->input + first, session->end - first);
  session->start -= first;
  session->searched -= first;
  session->end -= first;
  *size = SESSION_INPUT_SIZE - session->end;
  return session->input + session->end;
}

struct channel *session_open_channel(struct session *session) {
  /* The numbers would begin anew. */
  bool can = session->open && session->next_number < UINT32_MAX - 2 * SESSION_CONNECTIONS_MAX;
  for (uint32_t i = 0; can && i < session->connections_max; i++) {
    struct channel *channel = &session->channels[i];
    if (channel->state != CHANNEL_FREE) continue;
    open_channel(session, channel, 0);
    return channel;
  }
  return NULL;
}

bool session_say(struct session *session, const char *line) {
  struct frame frame = {.type = FRAME_DATA, .stream = STREAM_CONTROL, .length = (uint32_t)strlen(line)};
  return session->open && outbox_put(&session->outbox, &frame, line);
}

void session_settle(struct session *session) {
  if (session->open && session->content.state != CHANNEL_FREE)
    channel_settle(&session->content, &session->outbox, &session->next_number);
  for (uint32_t i = 0; session->open && i < session->connections_max; i++)
    if (session->channels[i].state != CHANNEL_FREE)
      channel_settle(&session->channels[i], &session->outbox, &session->next_number);
}
