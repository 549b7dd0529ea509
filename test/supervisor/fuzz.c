/*
 * Both neighbours of a session at once: the program, which says what it may, and at times what it may not, and the agents'
 * sockets and pipe. As long as the program has said nothing wrong since it greeted, every byte must come through as it was
 * sent, in both directions, and within the windows. Whatever it says, the session must only ever say what makes sense, and
 * a new greeting must make all well again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"

/* The bytes of every stream are a piece of this, which begins anew after a prime number of them. */
enum { PERIOD = 8191, PIECE_MAX = FRAME_DATA_MAX };
static unsigned char pattern[PERIOD + PIECE_MAX];

static const unsigned char *bytes_at(uint64_t stream, uint64_t place) { return pattern + (stream * 131 + place) % PERIOD; }

static uint64_t state, seed_given, step;
static struct session *session;

_Noreturn void found(const char *what, const char *file, int line) {
  fprintf(stderr, "%s:%d: not so: %s (seed %llu, step %llu)\n", file, line, what, (unsigned long long)seed_given,
          (unsigned long long)step);
  abort();
}

static uint64_t next_random(void) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state * UINT64_C(2685821657736338717) >> 16;
}

static uint32_t below(uint64_t bound) { return bound == 0 ? 0 : (uint32_t)(next_random() % bound); }
static bool once_in(uint32_t times) { return below(times) == 0; }

/* For some hundred steps at a time one of them is slow, or much is sent on one connection. */
static enum { EVERYTHING, AGENT_SLOW, PROGRAM_SLOW, MUCH, MOODS } mood;

/* Mostly small, at times as large as may be. */
static size_t size_below(size_t most) {
  if (mood == MUCH && once_in(2)) return most;
  return below(once_in(16) ? most + 1 : (most < 48 ? most : 48) + 1);
}

/* One connection as the program sees it. Those of a session are numbered in turn, so the place tells the number. */
struct conversation {
  uint32_t number;
  bool open;
  uint64_t sent, came;
  uint32_t may_send; /* by what the supervisor has granted */
  uint32_t may_come; /* by what the program has granted */
  bool said_last, heard_last;
};

enum { CONVERSATIONS = 256, QUIET_ROUNDS = 1000000 };

static struct {
  bool sound;     /* it has said nothing wrong since it greeted */
  bool answered;  /* and the answer was read */
  bool ready;     /* and the first line */
  uint32_t window, output_window;
  uint32_t last_number; /* of the latest connection it was told of */
  int open_count;
  uint64_t output_came, output_kept;
  int64_t requests;
  bool go_said;
  struct conversation conversations[CONVERSATIONS];
  unsigned char input[4 * OUTBOX_SIZE]; /* not yet taken */
  size_t input_size;
  uint64_t frames;
} program;

/* The agent's side of each place. */
static struct {
  uint32_t number;
  uint64_t sent, came;
} sockets[SESSION_CONNECTIONS_MAX];

static unsigned char nonce[NONCE_SIZE];

static struct conversation *conversation_of(uint32_t number) {
  struct conversation *conversation = &program.conversations[number / 2 % CONVERSATIONS];
  return conversation->open && conversation->number == number ? conversation : NULL;
}

static void close_conversation(struct conversation *conversation) {
  conversation->open = false;
  program.open_count--;
}

/* As the relay does: whoever was broken off by the session is let go. */
static void tidy(void) {
  for (int i = 0; i < SESSION_CONNECTIONS_MAX; i++) {
    struct channel *channel = &session->channels[i];
    EXPECT(channel->held.length <= CHANNEL_WINDOW);
    if (channel->state == CHANNEL_GONE) channel->state = CHANNEL_FREE;
    if (channel->state == CHANNEL_OPEN && channel_is_over(channel)) channel->state = CHANNEL_FREE;
  }
}

/* As the supervisor's loop does after it has read. */
static void settle(void) {
  tidy();
  if (program.sound) EXPECT(session->open);
  if (session->greeted) session->greeted = !session_say(session, "ready\n") && session->open;
  session_settle(session);
}

/* ---- what the program reads */

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
  EXPECT(frame->stream % 2 == 1);
  if ((frame->flags & FRAME_SYN) != 0) {
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
  EXPECT(frame->stream <= program.last_number);
  struct conversation *conversation = conversation_of(frame->stream);
  if (frame->type == FRAME_DATA) read_data(frame, data);
  if (conversation == NULL) return;
  if (frame->type == FRAME_WINDOW && program.sound) {
    conversation->may_send += frame->length;
    EXPECT(conversation->may_send <= CHANNEL_WINDOW);
  }
  if ((frame->flags & FRAME_FIN) != 0) {
    if (program.sound) EXPECT(!conversation->heard_last);
    conversation->heard_last = true;
  }
  bool both = conversation->heard_last && conversation->said_last;
  if (both || (frame->flags & FRAME_RST) != 0) close_conversation(conversation);
}

static void read_frame(const struct frame *frame, const unsigned char *data) {
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

/* Reads up to `most` bytes of what waits, and takes the frames that are whole. */
static void program_reads(size_t most) {
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
    EXPECT(frame_read(program.input + taken, &frame));
    size_t whole = FRAME_HEAD_SIZE + (frame.type == FRAME_DATA ? frame.length : 0);
    if (program.input_size - taken < whole) break;
    read_frame(&frame, program.input + taken + FRAME_HEAD_SIZE);
    taken += whole;
  }
  memmove(program.input, program.input + taken, program.input_size - taken);
  program.input_size -= taken;
}

/* ---- what the program says */

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

static void flush(void) {
  put_in(batch, batch_size);
  batch_size = 0;
}

static void say(const struct frame *frame, const unsigned char *data) {
  size_t length = frame->type == FRAME_DATA ? frame->length : 0;
  if (batch_size + FRAME_HEAD_SIZE + length > sizeof batch) flush();
  frame_write(batch + batch_size, frame);
  if (length > 0) memcpy(batch + batch_size + FRAME_HEAD_SIZE, data, length);
  batch_size += FRAME_HEAD_SIZE + length;
  program.frames++;
  if (once_in(3)) flush();
}

static void greet(void) {
  static const uint32_t windows[] = {0, 1, 100, 4096, 49152, 49152, 262144, INT32_MAX};
  unsigned char greeting[GREETING_SIZE] = MARK_TEXT;
  flush();
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
  memset(program.conversations, 0, sizeof program.conversations);
  EXPECT(session->open);
  for (int i = 0; i < SESSION_CONNECTIONS_MAX; i++) EXPECT(session->channels[i].state == CHANNEL_FREE);
  uint64_t place = session->output.sent;
  EXPECT(place >= kept && place <= printed);
  if (have >= kept && have <= printed) EXPECT(place == have);
}

/* The one on which a mood is lived out is one of the latest. */
static uint32_t in_the_mood(void) { return program.last_number - 8; }

static struct conversation *any_conversation(void) {
  struct conversation *chosen = conversation_of(in_the_mood());
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

static void say_requests(void) {
  char line[32];
  int length = snprintf(line, sizeof line, "requests %lld\n", (long long)++program.requests);
  int cut = once_in(2) ? length : (int)below((uint64_t)length);
  struct frame frame = {.type = FRAME_DATA, .stream = STREAM_CONTROL, .length = (uint32_t)cut};
  say(&frame, (unsigned char *)line);
  frame.length = (uint32_t)(length - cut);
  if (frame.length > 0) say(&frame, (unsigned char *)line + cut);
  flush();
  if (program.sound) EXPECT(session->control.requests == program.requests);
}

static void say_kept(uint64_t count) {
  struct frame frame = {.type = FRAME_WINDOW, .stream = STREAM_OUTPUT, .length = (uint32_t)count};
  program.output_kept += count;
  say(&frame, NULL);
}

/* What it may. */
static void program_speaks(void) {
  struct conversation *conversation = any_conversation();
  if (!program.ready) return;
  if (!program.go_said && once_in(64)) {
    struct frame frame = {.type = FRAME_DATA, .stream = STREAM_CONTROL, .length = 3};
    program.go_said = true;
    say(&frame, (const unsigned char *)"go\n");
  } else if (once_in(64)) {
    say_requests();
  } else if (once_in(8) || conversation == NULL) {
    if (program.output_came > program.output_kept && mood != PROGRAM_SLOW) say_kept(1 + below(program.output_came - program.output_kept));
  } else {
    say_something_about(conversation);
  }
}

/* Just beyond what it may, in every way that the description names. */
static void program_breaks_a_rule(void) {
  unsigned char data[FRAME_DATA_MAX];
  memset(data, 'x', sizeof data);
  flush();
  if (!program.ready || session->control.length > 0) return;
  struct conversation *conversation = any_conversation();
  struct channel *channel = NULL;
  for (int i = 0; conversation != NULL && i < SESSION_CONNECTIONS_MAX; i++)
    if (session->channels[i].state == CHANNEL_OPEN && session->channels[i].number == conversation->number)
      channel = &session->channels[i];
  struct frame frame = {.type = FRAME_DATA, .stream = channel == NULL ? 0 : channel->number};
  /* Once both have said their last, what comes is dropped. */
  bool over = channel != NULL && channel->ending;
  uint32_t how = below(14);
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
    flush();
    /* What was read just now may have been granted anew, without the program's knowledge. */
    frame.length = channel->may_come + 1;
    if (frame.length > FRAME_DATA_MAX) return;
    EXPECT(channel->held.length + channel->may_come + channel->passed_on == CHANNEL_WINDOW || channel->heard_last);
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
    frame.stream = 2 * below(1000);
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
  } else {
    frame.stream = STREAM_CONTROL;
    frame.length = FRAME_DATA_MAX;
  }
  say(&frame, data);
  flush();
  EXPECT(!session->open);
}

/* What it may not. It says nothing more that makes sense until it greets. */
static void program_misspeaks(void) {
  static const uint32_t streams[] = {0, 1, 2, 3, 4, 5, 7, 9, 21, 4095, INT32_MAX, UINT32_MAX};
  static const uint32_t lengths[] = {0, 1, 64, 16384, 16385, 40960, 40961, INT32_MAX, 0x80000000u, UINT32_MAX};
  unsigned char frame[FRAME_HEAD_SIZE + FRAME_DATA_MAX];
  uint32_t length = lengths[below(10)];
  uint32_t how = below(4);
  if (how == 0) {
    /* Cut off at any byte. */
    flush();
    program_speaks();
    program.sound = false;
    if (batch_size > 0) batch_size = below(batch_size);
    flush();
    return;
  }
  if (how == 1) {
    /* A few bits that have turned. */
    flush();
    for (int i = 0; i < 3; i++) program_speaks();
    program.sound = false;
    for (uint32_t i = below(4); batch_size > 0 && i < 4; i++)
      batch[below(batch_size < 64 ? batch_size : 64)] ^= (unsigned char)(1 << below(8));
    flush();
    return;
  }
  program.sound = false;
  flush();
  frame[0] = once_in(8) ? (unsigned char)below(256) : 0;
  frame[1] = once_in(8) ? (unsigned char)below(256) : (unsigned char)below(2);
  frame[2] = once_in(8) ? (unsigned char)below(256) : 0;
  frame[3] = (unsigned char)below(once_in(8) ? 256 : 16);
  frame_write_number(frame + 4, once_in(2) ? streams[below(12)] : 5 + 2 * below(64));
  frame_write_number(frame + 8, once_in(2) ? length : below(100));
  size_t follows = once_in(2) ? frame_number(frame + 8) : below(200);
  if (follows > FRAME_DATA_MAX) follows = below(FRAME_DATA_MAX);
  if (once_in(2)) {
    memcpy(frame + FRAME_HEAD_SIZE, pattern + below(PERIOD), follows);
  } else {
    for (size_t i = 0; i < follows; i++) frame[FRAME_HEAD_SIZE + i] = i % 64 == 63 ? '\n' : 'r';
  }
  put_in(frame, FRAME_HEAD_SIZE + follows);
  program.frames++;
}

/* ---- what the agent does */

static void agent_opens(void) {
  struct channel *channel = outbox_has_room(&session->outbox) ? session_open_channel(session) : NULL;
  if (channel == NULL) return;
  memset(&sockets[channel - session->channels], 0, sizeof sockets[0]);
}

static void agent_sends(int place, size_t most) {
  struct channel *channel = &session->channels[place];
  if (channel->ending || channel->may_send == 0 || !outbox_has_room(&session->outbox)) return;
  size_t size = channel->may_send < most ? channel->may_send : most;
  uint32_t number = channel->number != 0 ? channel->number : session->next_number;
  if (size == 0) return;
  memcpy(outbox_data(&session->outbox), bytes_at(number, sockets[place].sent), size);
  channel_send(channel, &session->outbox, &session->next_number, size);
  EXPECT(channel->number == number);
  sockets[place].sent += size;
}

static void agent_receives(int place, size_t most) {
  struct channel *channel = &session->channels[place];
  size_t size;
  const unsigned char *bytes = ring_peek(&channel->held, &size);
  if (size > most) size = most;
  if (size > PIECE_MAX) size = PIECE_MAX;
  if (program.sound) EXPECT(memcmp(bytes, bytes_at(channel->number + 1, sockets[place].came), size) == 0);
  sockets[place].came += size;
  channel_pass_on(channel, size);
}

static void agent_prints(void) {
  size_t size = size_below(PIECE_MAX), room = output_room(&session->output);
  if (size > room) size = room;
  output_put(&session->output, bytes_at(1, session->output.printed), size);
  EXPECT(session->output.printed - session->output.kept <= OUTPUT_SIZE);
}

static void send_output(void) {
  if (session->open && !session->greeted && output_can_send(&session->output) && outbox_has_room(&session->outbox))
    output_send(&session->output, &session->outbox);
}

static void agent_acts(void) {
  int place = (int)below(SESSION_CONNECTIONS_MAX);
  for (int i = 0; mood != EVERYTHING && !once_in(4) && i < SESSION_CONNECTIONS_MAX; i++)
    if (session->channels[i].number == in_the_mood()) place = i;
  struct channel *channel = &session->channels[place];
  /* Nothing else is said before "ready". */
  if (session->greeted) return;
  if (once_in(mood == EVERYTHING ? 8 : 256)) agent_opens();
  if (once_in(8)) agent_prints();
  if (once_in(4)) send_output();
  if (channel->state != CHANNEL_OPEN) return;
  uint32_t what = below(32);
  if (mood != EVERYTHING && what < 2 && !once_in(32)) what = 20;
  if (what == 0)
    channel_reset(channel);
  else if (what == 1)
    channel->ending = true;
  else if (what < 12)
    agent_sends(place, size_below(PIECE_MAX));
  else if (mood != AGENT_SLOW)
    agent_receives(place, mood == MUCH ? below(PIECE_MAX) : size_below(PIECE_MAX));
  settle();
}

/* ---- all of it */

/* Lets everything that is on its way arrive, and sees that all has. */
static void come_to_rest(void) {
  mood = EVERYTHING;
  flush();
  for (int round = 0; round < QUIET_ROUNDS; round++) {
    uint64_t before = program.frames, sent = session->output.sent;
    for (int i = 0; i < SESSION_CONNECTIONS_MAX; i++)
      if (session->channels[i].state == CHANNEL_OPEN) agent_receives(i, PIECE_MAX);
    send_output();
    settle();
    bool moved = session->outbox.end > 0 || session->output.sent != sent;
    program_reads(OUTBOX_SIZE);
    if (program.output_came > program.output_kept && mood != PROGRAM_SLOW) say_kept(program.output_came - program.output_kept);
    flush();
    if (moved || program.frames != before) continue;
    bool held = false;
    for (int i = 0; i < SESSION_CONNECTIONS_MAX; i++)
      held |= session->channels[i].state == CHANNEL_OPEN && session->channels[i].held.length > 0;
    if (!held) break;
  }
  EXPECT(program.output_window == 0 || program.output_came == session->output.printed);
  for (int i = 0; i < SESSION_CONNECTIONS_MAX; i++) {
    struct channel *channel = &session->channels[i];
    struct conversation *conversation = conversation_of(channel->number);
    if (channel->state != CHANNEL_OPEN || conversation == NULL) continue;
    EXPECT(sockets[i].came == conversation->sent);
    EXPECT(sockets[i].sent == conversation->came);
    EXPECT(channel->may_send == conversation->may_come);
    EXPECT(conversation->said_last || conversation->may_send > CHANNEL_WINDOW / 2);
  }
}

uint64_t fuzz_run(struct session *tested, uint64_t seed, uint64_t frames) {
  session = tested;
  seed_given = seed;
  state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
  step = 0;
  memset(&program, 0, sizeof program);
  batch_size = 0;
  mood = EVERYTHING;
  for (size_t i = 0; i < sizeof pattern; i++)
    pattern[i] = (unsigned char)(i < PERIOD ? next_random() : pattern[i - PERIOD]);
  for (int i = 0; i < NONCE_SIZE; i++) nonce[i] = (unsigned char)next_random();
  /* A nonce that looks like its own beginning is the hardest to find. */
  if (once_in(2)) memcpy(nonce, "BPSBPSBPS0BPSBPS", NONCE_SIZE);
  session_begin(session, SESSION_CONNECTIONS_MAX);
  put_in((const unsigned char *)"BPS", once_in(2) ? 3 : 0);
  greet();
  for (; program.frames < frames; step++) {
    if (once_in(500)) mood = once_in(2) ? EVERYTHING : below(MOODS);
    if (program.sound) {
      if (once_in(2)) program_speaks();
      agent_acts();
      if (once_in(4)) program_reads(size_below(OUTBOX_SIZE));
      if (once_in(64)) program_reads(OUTBOX_SIZE);
      if (once_in(4000)) come_to_rest();
      if (once_in(4000)) greet();
      if (once_in(1500)) {
        if (once_in(2))
          program_breaks_a_rule();
        else
          program_misspeaks();
      }
    } else {
      program_misspeaks();
      agent_acts();
      program_reads(size_below(OUTBOX_SIZE));
      if (once_in(8)) greet();
    }
  }
  return program.frames;
}
