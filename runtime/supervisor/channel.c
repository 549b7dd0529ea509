#include "channel.h"

bool channel_take(struct channel *channel, const struct frame *frame, const unsigned char *data) {
  /* For one that is over: it was on its way. What is held of it still goes to the agent. */
  if (channel->state != CHANNEL_OPEN || (channel->said_last && channel->heard_last)) return true;
  if ((frame->flags & FRAME_RST) != 0) {
    /* Behind its last word it only says that it takes no more: the agent still gets that word. */
    if (channel->heard_last)
      channel->ending = channel->said_last = true;
    else
      channel->state = CHANNEL_GONE;
    return true;
  }
  if (frame->type == FRAME_WINDOW) {
    if (frame->length > WINDOW_MAX - channel->may_send) return false;
    channel->may_send += frame->length;
  } else {
    if (channel->heard_last || frame->length > channel->may_come) return false;
    ring_put(&channel->held, data, frame->length);
    channel->may_come -= frame->length;
  }
  if ((frame->flags & FRAME_FIN) != 0) {
    if (channel->heard_last) return false;
    channel->heard_last = true;
  }
  return true;
}

void channel_pass_on(struct channel *channel, size_t count) {
  ring_drop(&channel->held, count);
  channel->passed_on += (uint32_t)count;
}

void channel_reset(struct channel *channel) {
  bool known = channel->number != 0 && !(channel->said_last && channel->heard_last);
  channel->state = known ? CHANNEL_RESET : CHANNEL_FREE;
}

/* Numbers are given in the order in which the program is told, whichever came first. */
static uint16_t begin(struct channel *channel, uint32_t *next_number) {
  if (channel->number != 0) return 0;
  channel->number = *next_number;
  *next_number += 2;
  return FRAME_SYN;
}

void channel_send(struct channel *channel, struct outbox *outbox, uint32_t *next_number, size_t length) {
  uint16_t flags = begin(channel, next_number);
  outbox_add_data(outbox, flags, channel->number, length);
  channel->may_send -= (uint32_t)length;
}

/* Half a window at a time: a frame for each little piece would wake the program and cost the agent. */
static bool grant_is_due(const struct channel *channel) {
  return !channel->heard_last && channel->passed_on >= channel->held.size / 2;
}

void channel_settle(struct channel *channel, struct outbox *outbox, uint32_t *next_number) {
  struct frame frame = {.stream = channel->number};
  if (channel->state == CHANNEL_RESET) {
    frame.type = FRAME_WINDOW;
    frame.flags = FRAME_RST;
    if (outbox_put(outbox, &frame, NULL)) channel->state = CHANNEL_FREE;
    return;
  }
  if (channel->state != CHANNEL_OPEN) return;
  if (channel->number == 0) {
    frame = (struct frame){.type = FRAME_WINDOW, .flags = FRAME_SYN, .stream = *next_number};
    if (!outbox_put(outbox, &frame, NULL)) return;
    begin(channel, next_number);
  }
  if (grant_is_due(channel)) {
    frame = (struct frame){.type = FRAME_WINDOW, .stream = channel->number, .length = channel->passed_on};
    if (!outbox_put(outbox, &frame, NULL)) return;
    channel->may_come += channel->passed_on;
    channel->passed_on = 0;
  }
  if (channel->ending && !channel->said_last) {
    frame = (struct frame){.type = FRAME_DATA, .flags = FRAME_FIN, .stream = channel->number};
    channel->said_last = outbox_put(outbox, &frame, NULL);
  }
}
