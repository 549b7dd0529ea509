/*
 * Both neighbours of a session at once: the program, which says what it may, and at times what it may not, and the agents'
 * sockets and pipes. As long as the program has said nothing wrong since it greeted, every byte must come through as it was
 * sent, in both directions, and within the windows. Whatever it says, the session must only ever say what makes sense, and
 * a new greeting must make all well again.
 */
#include <string.h>

#include "chance.h"
#include "model.h"
#include "program.h"

enum { QUIET_ROUNDS = 1000000 };

/* Behind those of the connections comes that of the content, whose agent is the porter. */
enum { CONTENT = SESSION_CONNECTIONS_MAX, PLACES };

struct session *session;

/* The agent's side of each place. */
static struct {
  uint32_t number;
  uint64_t sent, came;
} sockets[PLACES];
static uint32_t contents_opened;

static struct channel *channel_at(int place) {
  return place == CONTENT ? &session->content : &session->channels[place];
}

/* As the relay does: whoever was broken off by the session is let go. */
static void tidy(void) {
  if (contents_opened != session->contents_opened) memset(&sockets[CONTENT], 0, sizeof sockets[0]);
  contents_opened = session->contents_opened;
  for (int i = 0; i < PLACES; i++) {
    struct channel *channel = channel_at(i);
    if (channel->state == CHANNEL_OPEN)
      EXPECT(channel->held.length + channel->may_come + channel->passed_on <= channel->held.size);
    if (channel->state == CHANNEL_GONE) channel->state = CHANNEL_FREE;
    if (channel->state == CHANNEL_OPEN && channel_is_over(channel)) channel->state = CHANNEL_FREE;
  }
}

void settle(void) {
  tidy();
  if (program.sound) EXPECT(session->open);
  if (session->greeted) session->greeted = !session_say(session, "ready\n") && session->open;
  session_settle(session);
}

static void agent_opens(void) {
  struct channel *channel = outbox_has_room(&session->outbox) ? session_open_channel(session) : NULL;
  if (channel == NULL) return;
  memset(&sockets[channel - session->channels], 0, sizeof sockets[0]);
}

static void agent_sends(int place, size_t most) {
  struct channel *channel = channel_at(place);
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
  struct channel *channel = channel_at(place);
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
  for (uint64_t end = session->output.printed + size; session->output.printed < end;) {
    uint64_t place = session->output.printed;
    size_t count = 1;
    while (place + count < end && source_at_place(place + count) == source_at_place(place)) count++;
    output_put(&session->output, bytes_at(1, place), count, source_at_place(place));
  }
  EXPECT(session->output.printed - session->output.kept <= OUTPUT_SIZE);
}

static void send_output(void) {
  if (session->open && !session->greeted && output_can_send(&session->output) && outbox_has_room(&session->outbox))
    output_send(&session->output, &session->outbox);
}

static void agent_acts(void) {
  int place = (int)below(PLACES);
  if (once_in(16)) place = CONTENT;
  for (int i = 0; mood != EVERYTHING && !once_in(4) && i < SESSION_CONNECTIONS_MAX; i++)
    if (session->channels[i].number == in_the_mood()) place = i;
  struct channel *channel = channel_at(place);
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

/* Lets everything that is on its way arrive, and sees that all has. */
static void come_to_rest(void) {
  mood = EVERYTHING;
  program_flushes();
  for (int round = 0; round < QUIET_ROUNDS; round++) {
    uint64_t before = program.frames, sent = session->output.sent;
    for (int i = 0; i < PLACES; i++)
      if (channel_at(i)->state == CHANNEL_OPEN) agent_receives(i, PIECE_MAX);
    send_output();
    settle();
    bool moved = session->outbox.end > 0 || session->output.sent != sent;
    program_reads(OUTBOX_SIZE);
    program_keeps_output();
    program_flushes();
    if (moved || program.frames != before) continue;
    bool held = false;
    for (int i = 0; i < PLACES; i++) held |= channel_at(i)->state == CHANNEL_OPEN && channel_at(i)->held.length > 0;
    if (!held) break;
  }
  EXPECT(program.output_window == 0 || program.output_came == session->output.printed);
  for (int i = 0; i < PLACES; i++) {
    struct channel *channel = channel_at(i);
    struct conversation *conversation = conversation_of(channel->number);
    if (channel->state != CHANNEL_OPEN || conversation == NULL) continue;
    EXPECT(sockets[i].came == conversation->sent);
    EXPECT(sockets[i].sent == conversation->came);
    EXPECT(channel->may_send == conversation->may_come);
    EXPECT(conversation->said_last || conversation->may_send > channel->held.size / 2);
  }
}

uint64_t fuzz_run(struct session *tested, uint64_t seed, uint64_t frames) {
  session = tested;
  chance_begin(seed);
  session_begin(session, SESSION_CONNECTIONS_MAX);
  program_begin();
  while (program.frames < frames) {
    chance_step();
    if (program.sound) {
      if (once_in(2)) program_speaks();
      agent_acts();
      if (once_in(4)) program_reads(size_below(OUTBOX_SIZE));
      if (once_in(64)) program_reads(OUTBOX_SIZE);
      if (once_in(4000)) come_to_rest();
      if (once_in(4000)) program_greets();
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
      if (once_in(8)) program_greets();
    }
  }
  return program.frames;
}
