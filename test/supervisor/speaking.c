#include <stdio.h>
#include <string.h>

#include "chance.h"
#include "model.h"
#include "program.h"

static bool in_one_piece;

static void put_in(const unsigned char *bytes, size_t count) {
  while (count > 0) {
    size_t room;
    unsigned char *to = session_input(session, &room);
    EXPECT(room > 0);
    size_t now = count < room ? count : room;
    if (now > 1 && !in_one_piece && once_in(4)) now = 1 + below(now);
    memcpy(to, bytes, now);
    session_take(session, now);
    EXPECT(session->end <= SESSION_INPUT_SIZE && session->start <= session->end);
    settle();
    bytes += now;
    count -= now;
  }
}

/* Several frames come at once, as they do from a socket. */
static unsigned char batch[4 * (FRAME_HEAD_SIZE + FRAME_DATA_MAX)];
static size_t batch_size;

void program_flushes(void) {
  put_in(batch, batch_size);
  batch_size = 0;
}

static void say(const struct frame *frame, const unsigned char *data) {
  size_t length = frame->type == FRAME_DATA ? frame->length : 0;
  if (batch_size + FRAME_HEAD_SIZE + length > sizeof batch) program_flushes();
  frame_write(batch + batch_size, frame);
  if (length > 0) memcpy(batch + batch_size + FRAME_HEAD_SIZE, data, length);
  batch_size += FRAME_HEAD_SIZE + length;
  program.frames++;
  if (once_in(3)) program_flushes();
}

void program_greets(void) {
  static const uint32_t windows[] = {0, 1, 100, 4096, 49152, 49152, 262144, INT32_MAX};
  unsigned char greeting[GREETING_SIZE] = MARK_TEXT;
  program_flushes();
  uint64_t have = program.output_came;
  program.window = windows[below(8)];
  program.output_window = windows[below(8)];
  if (once_in(4)) have = UINT64_MAX;
  if (once_in(8)) have = next_random();
  memcpy(greeting + 4, nonce, NONCE_SIZE);
  frame_write_number(greeting + MARK_SIZE, program.window);
  frame_write_number(greeting + MARK_SIZE + 4, program.output_window);
  frame_write_long_number(greeting + MARK_SIZE + 8, have);
  program.sound = false;
  uint64_t kept = session->output.kept, printed = session->output.printed;
  /* What may come right before: a last frame, or half a greeting of a program that was killed then. */
  unsigned char all[FRAME_HEAD_SIZE + 11 + 2 * GREETING_SIZE];
  struct frame frame = {.type = FRAME_DATA, .stream = STREAM_CONTROL, .length = 11};
  size_t size = 0;
  bool at_a_frame = session->open && session->start == session->end && session->control.length == 0;
  if (at_a_frame && once_in(2)) {
    frame_write(all, &frame);
    memcpy(all + FRAME_HEAD_SIZE, "requests 7\n", frame.length);
    size = FRAME_HEAD_SIZE + frame.length;
  }
  bool has_a_frame = size > 0;
  in_one_piece = session->nonce_is_known && once_in(2);
  if (in_one_piece) {
    size_t half = below(GREETING_SIZE);
    memcpy(all + size, greeting, half);
    size += half;
  }
  memcpy(all + size, greeting, GREETING_SIZE);
  put_in(all, size + GREETING_SIZE);
  in_one_piece = false;
  if (has_a_frame) EXPECT(session->control.requests == 7);
  program.sound = true;
  program.answered = program.ready = false;
  program.input_size = 0;
  program.last_number = 0;
  program.open_count = 0;
  program.last_content = 0;
  memset(program.conversations, 0, sizeof program.conversations);
  memset(&program.content, 0, sizeof program.content);
  EXPECT(session->open && session->content.state == CHANNEL_FREE);
  for (int i = 0; i < SESSION_CONNECTIONS_MAX; i++) EXPECT(session->channels[i].state == CHANNEL_FREE);
  uint64_t place = session->output.sent;
  EXPECT(place >= kept && place <= printed);
  if (have >= kept && have <= printed) EXPECT(place == have);
}

void program_begin(void) {
  memset(&program, 0, sizeof program);
  batch_size = 0;
  for (int i = 0; i < NONCE_SIZE; i++) nonce[i] = (unsigned char)next_random();
  /* A nonce that looks like its own beginning is the hardest to find. */
  if (once_in(2)) memcpy(nonce, "BPSBPSBPS0BPSBPS", NONCE_SIZE);
  put_in((const unsigned char *)MARK_TEXT, below(4));
  program_greets();
}

uint32_t in_the_mood(void) { return program.last_number - 8; }

static struct conversation *any_conversation(void) {
  struct conversation *chosen = conversation_of(in_the_mood());
  if (program.content.open && once_in(8)) return &program.content;
  if (mood != EVERYTHING && chosen != NULL && !once_in(4)) return chosen;
  struct conversation *conversation = &program.conversations[below(CONVERSATIONS)];
  for (int i = 0; i < 8 && !conversation->open; i++) conversation = &program.conversations[below(CONVERSATIONS)];
  return conversation->open ? conversation : NULL;
}

static void say_something_about(struct conversation *conversation) {
  struct frame frame = {.stream = conversation->number};
  uint32_t what = below(16);
  if (mood != EVERYTHING && what % 5 == 0 && !once_in(32)) what = 7;
  if (what == 0) {
    frame.type = once_in(2) ? FRAME_WINDOW : FRAME_DATA;
    frame.flags = FRAME_RST;
    say(&frame, NULL);
    close_conversation(conversation);
  } else if (what < 5) {
    frame.type = FRAME_WINDOW;
    frame.length = (uint32_t)size_below(65536);
    if (frame.length > WINDOW_MAX - conversation->may_come) return;
    conversation->may_come += frame.length;
    say(&frame, NULL);
  } else if (!conversation->said_last) {
    frame.type = FRAME_DATA;
    frame.length = (uint32_t)size_below(conversation->may_send < FRAME_DATA_MAX ? conversation->may_send : FRAME_DATA_MAX);
    if (what == 5) frame.flags = FRAME_FIN;
    if (what == 6) frame.flags = FRAME_ACK;
    const unsigned char *data = bytes_at(conversation->number + 1, conversation->sent);
    conversation->sent += frame.length;
    conversation->may_send -= frame.length;
    conversation->said_last = what == 5;
    say(&frame, data);
    if (conversation->said_last && conversation->heard_last) close_conversation(conversation);
  }
}

static void open_content(void) {
  struct frame frame = {.type = once_in(2) ? FRAME_WINDOW : FRAME_DATA, .flags = FRAME_SYN};
  frame.stream = program.last_content += 2 * (1 + below(3));
  program.content = (struct conversation){
      .number = frame.stream, .open = true, .may_send = CHANNEL_WINDOW, .may_come = program.window};
  say(&frame, NULL);
}

static void say_requests(void) {
  char line[32];
  int length = snprintf(line, sizeof line, "requests %lld\n", (long long)++program.requests);
  int cut = once_in(2) ? length : (int)below((uint64_t)length);
  struct frame frame = {.type = FRAME_DATA, .stream = STREAM_CONTROL, .length = (uint32_t)cut};
  say(&frame, (unsigned char *)line);
  frame.length = (uint32_t)(length - cut);
  if (frame.length > 0) say(&frame, (unsigned char *)line + cut);
  program_flushes();
  if (program.sound) EXPECT(session->control.requests == program.requests);
}

static void ask_for_use(void) {
  struct frame frame = {.type = FRAME_DATA, .stream = STREAM_CONTROL, .length = 5};
  session->control.asks_use = false;
  say(&frame, (const unsigned char *)"used\n");
  program_flushes();
  if (program.sound) EXPECT(session->control.asks_use);
}

static void say_kept(uint64_t count) {
  struct frame frame = {.type = FRAME_WINDOW, .stream = STREAM_OUTPUT, .length = (uint32_t)count};
  program.output_kept += count;
  say(&frame, NULL);
}

void program_keeps_output(void) {
  if (program.output_came > program.output_kept) say_kept(program.output_came - program.output_kept);
}

void program_speaks(void) {
  struct conversation *conversation = any_conversation();
  if (!program.ready) return;
  if (!program.go_said && once_in(64)) {
    struct frame frame = {.type = FRAME_DATA, .stream = STREAM_CONTROL, .length = 3};
    program.go_said = true;
    say(&frame, (const unsigned char *)"go\n");
  } else if (once_in(64)) {
    say_requests();
  } else if (once_in(64)) {
    ask_for_use();
  } else if (!program.content.open && once_in(64)) {
    open_content();
  } else if (once_in(8) || conversation == NULL) {
    if (program.output_came > program.output_kept && mood != PROGRAM_SLOW) say_kept(1 + below(program.output_came - program.output_kept));
  } else {
    say_something_about(conversation);
  }
}

/* Just beyond what is allowed, in every way that the description names. */
void program_breaks_a_rule(void) {
  unsigned char data[FRAME_DATA_MAX];
  memset(data, 'x', sizeof data);
  program_flushes();
  if (!program.ready || session->control.length > 0) return;
  struct conversation *conversation = any_conversation();
  struct channel *channel = NULL;
  if (conversation == &program.content && session->content.state == CHANNEL_OPEN) channel = &session->content;
  for (int i = 0; conversation != NULL && i < SESSION_CONNECTIONS_MAX; i++)
    if (session->channels[i].state == CHANNEL_OPEN && session->channels[i].number == conversation->number)
      channel = &session->channels[i];
  struct frame frame = {.type = FRAME_DATA, .stream = channel == NULL ? 0 : channel->number};
  /* Once both have said their last, what comes is dropped. */
  bool over = channel != NULL && channel->ending;
  uint32_t how = below(15);
  if (how < 5 && (channel == NULL || over)) return;
  program.sound = false;
  if (how == 0) {
    if (channel->heard_last) conversation->may_send = 0;
    if (conversation->may_send >= FRAME_DATA_MAX) {
      frame.length = FRAME_DATA_MAX;
      while (!channel->heard_last && conversation->may_send >= FRAME_DATA_MAX) {
        conversation->may_send -= FRAME_DATA_MAX;
        say(&frame, data);
      }
    }
    program_flushes();
    /* What was read just now may have been granted anew, without the program's knowledge. */
    frame.length = channel->may_come + 1;
    if (frame.length > FRAME_DATA_MAX) return;
    EXPECT(channel->held.length + channel->may_come + channel->passed_on == channel->held.size || channel->heard_last);
  } else if (how == 1) {
    frame.flags = FRAME_FIN;
    if (!channel->heard_last) say(&frame, data);
    if (once_in(2)) frame.type = FRAME_WINDOW;
  } else if (how == 2) {
    frame.flags = FRAME_FIN;
    if (!channel->heard_last) say(&frame, data);
    frame.flags = 0;
    frame.length = below(2);
  } else if (how == 3) {
    frame.type = FRAME_WINDOW;
    frame.length = WINDOW_MAX - channel->may_send + 1;
    if (frame.length > WINDOW_MAX) return;
  } else if (how == 4) {
    frame.flags = FRAME_SYN;
  } else if (how == 5) {
    frame.stream = session->next_number + 2 * SESSION_CONNECTIONS_MAX;
  } else if (how == 6) {
    frame.stream = once_in(2) ? 0 : session->last_content + 2 * (1 + below(1000));
  } else if (how == 7) {
    frame.type = FRAME_WINDOW;
    frame.stream = STREAM_OUTPUT;
    frame.length = (uint32_t)(session->output.sent - session->output.kept) + 1;
  } else if (how == 8) {
    frame.stream = STREAM_OUTPUT;
  } else if (how == 9) {
    frame.stream = STREAM_CONTROL;
    frame.type = FRAME_WINDOW;
  } else if (how == 10) {
    frame.stream = STREAM_CONTROL;
    frame.length = CONTROL_LINE_MAX;
  } else if (how == 11) {
    frame.stream = once_in(2) ? STREAM_CONTROL : STREAM_OUTPUT;
    frame.type = frame.stream == STREAM_CONTROL ? FRAME_DATA : FRAME_WINDOW;
    frame.flags = once_in(2) ? FRAME_FIN : FRAME_RST;
  } else if (how == 12) {
    frame.stream = STREAM_CONTROL;
    frame.length = 3;
    memcpy(data, session->control.go ? "go\n" : "no\n", 3);
  } else if (how == 13) {
    /* Content is opened while one is open, or under a number that was. */
    const struct channel *content = &session->content;
    bool in_use = content->state == CHANNEL_OPEN && !(content->said_last && content->heard_last);
    frame.flags = FRAME_SYN;
    frame.stream = session->last_content + (in_use && once_in(2) ? 2 : 0);
  } else {
    frame.stream = STREAM_CONTROL;
    frame.length = FRAME_DATA_MAX;
  }
  say(&frame, data);
  program_flushes();
  EXPECT(!session->open);
}

void program_misspeaks(void) {
  static const uint32_t streams[] = {0, 1, 2, 3, 4, 5, 7, 9, 21, 4095, INT32_MAX, UINT32_MAX};
  static const uint32_t lengths[] = {0, 1, 64, 16384, 16385, 40960, 40961, INT32_MAX, 0x80000000u, UINT32_MAX};
  unsigned char frame[FRAME_HEAD_SIZE + FRAME_DATA_MAX];
  uint32_t length = lengths[below(10)];
  uint32_t how = below(4);
  if (how == 0) {
    /* Cut off at any byte. */
    program_flushes();
    program_speaks();
    program.sound = false;
    if (batch_size > 0) batch_size = below(batch_size);
    program_flushes();
    return;
  }
  if (how == 1) {
    /* A few bits that have turned. */
    program_flushes();
    for (int i = 0; i < 3; i++) program_speaks();
    program.sound = false;
    for (uint32_t i = below(4); batch_size > 0 && i < 4; i++)
      batch[below(batch_size < 64 ? batch_size : 64)] ^= (unsigned char)(1 << below(8));
    program_flushes();
    return;
  }
  program.sound = false;
  program_flushes();
  frame[0] = once_in(8) ? (unsigned char)below(256) : 0;
  frame[1] = once_in(8) ? (unsigned char)below(256) : (unsigned char)below(2);
  frame[2] = once_in(8) ? (unsigned char)below(256) : 0;
  frame[3] = (unsigned char)below(once_in(8) ? 256 : 16);
  frame_write_number(frame + 4, once_in(2) ? streams[below(12)] : 5 + 2 * below(64));
  frame_write_number(frame + 8, once_in(2) ? length : below(100));
  size_t follows = once_in(2) ? frame_number(frame + 8) : below(200);
  if (follows > FRAME_DATA_MAX) follows = below(FRAME_DATA_MAX);
  if (once_in(2)) {
    memcpy(frame + FRAME_HEAD_SIZE, bytes_at(0, below(PERIOD)), follows);
  } else {
    for (size_t i = 0; i < follows; i++) frame[FRAME_HEAD_SIZE + i] = i % 64 == 63 ? '\n' : 'r';
  }
  put_in(frame, FRAME_HEAD_SIZE + follows);
  program.frames++;
}
