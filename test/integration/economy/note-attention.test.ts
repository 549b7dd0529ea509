import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scorePrompt, skipPrompt } from '../../../src/economy/attention/end-prompt.ts';
import { noteAttention } from '../../../src/economy/attention/note-attention.ts';
import { submitPrompt } from '../../../src/economy/attention/submit-prompt.ts';
import { PromptDesk } from '../../../src/operator/prompt-desk.ts';
import { promptList } from '../../../src/operator/views/prompt-list.ts';
import {
  accepted,
  nextCycle,
  openTestEconomy,
  runningAgent,
  settle,
  WITH_ATTENTION,
  type TestEconomy,
} from '../../helpers/economy.ts';

const SECOND_MS = 1000;
const MARKS = { interesting: 5, useful: 5, understandable: 5 };

let economy: TestEconomy;
beforeEach(() => {
  const overrides = ['attention.gap_seconds=120', 'attention.default_seconds=60', 'attention.time_zone=UTC'];
  economy = openTestEconomy({ overrides });
});
afterEach(() => economy.close());

function show(agentId: string): number {
  const { execution } = runningAgent(economy, agentId, { bundle: WITH_ATTENTION });
  const prompt = { executionId: execution.id, agentId };
  const { promptId } = accepted(submitPrompt(economy, prompt, { content: 'Read me.' }));
  settle(economy, execution.id);
  return promptId;
}

const pass = (seconds: number) => economy.clock.jump(seconds * SECOND_MS);
const tookSeconds = () => accepted(promptList(economy, { limit: 10 })).map((prompt) => prompt.attention_seconds);

describe('the attention that a prompt takes', () => {
  it('is the time from when it was shown to the answer', () => {
    const prompt = show('a');
    pass(500);
    noteAttention(economy, prompt, 'shown');
    pass(40);
    noteAttention(economy, prompt, 'acted');
    pass(25);
    expect(accepted(scorePrompt(economy, prompt, MARKS, null)).attentionMs).toBe(65 * SECOND_MS);
    expect(tookSeconds()).toEqual([65]);
  });

  it('does not count a gap that is too long, nor a page that only stays open', () => {
    const prompt = show('a');
    noteAttention(economy, prompt, 'shown');
    pass(10);
    noteAttention(economy, prompt, 'acted');
    pass(121);
    for (let times = 0; times < 100; times++) noteAttention(economy, prompt, 'shown');
    expect(tookSeconds()).toEqual([10]);
    noteAttention(economy, prompt, 'acted');
    pass(120);
    expect(accepted(skipPrompt(economy, prompt)).attentionMs).toBe(130 * SECOND_MS);
  });

  it('is no more than the time that passed, however often and from wherever it is told', () => {
    const prompt = show('a');
    noteAttention(economy, prompt, 'shown');
    for (let times = 0; times < 100; times++) noteAttention(economy, prompt, 'acted');
    pass(3);
    for (let times = 0; times < 100; times++) noteAttention(economy, prompt, 'acted');
    expect(tookSeconds()).toEqual([3]);
    pass(-30);
    noteAttention(economy, prompt, 'acted');
    expect(tookSeconds()).toEqual([3]);
  });

  it('is a stated time where an answer comes from elsewhere, or after too long a gap', () => {
    const prompt = show('a');
    expect(accepted(scorePrompt(economy, prompt, MARKS, null)).attentionMs).toBe(60 * SECOND_MS);
    const other = show('b');
    noteAttention(economy, other, 'shown');
    pass(900);
    expect(accepted(scorePrompt(economy, other, MARKS, null)).attentionMs).toBe(60 * SECOND_MS);
  });

  it('is nothing for a prompt that expires unseen, and what was seen of one that was left', () => {
    show('a');
    while (nextCycle(economy).expiredPrompt === undefined);
    expect(tookSeconds()).toEqual([null]);
    expect(economy.store.attentionHours.ofDay(dayNow())).toMatchObject({ spentMs: 0, presentMs: 0 });
  });

  it('counts nothing for a prompt that is over, or not open yet', () => {
    const prompt = show('a');
    const deck = show('b');
    noteAttention(economy, deck, 'shown');
    accepted(skipPrompt(economy, prompt));
    pass(5);
    noteAttention(economy, prompt, 'acted');
    expect(tookSeconds()).toEqual([60, null]);
  });

  it('adds up by hour of the human’s own day', () => {
    const prompt = show('a');
    accepted(scorePrompt(economy, prompt, MARKS, null));
    pass(3600);
    const other = show('b');
    noteAttention(economy, other, 'shown');
    pass(30);
    accepted(scorePrompt(economy, other, MARKS, null));
    const { day, hour } = economy.derived.humanHours(economy.clock.now());
    expect(economy.store.attentionHours.ofDay(day).spentMs).toBe(90 * SECOND_MS);
    expect(economy.store.attentionHours.ofHour(day, hour).spentMs).toBe(30 * SECOND_MS);
    expect(economy.store.attentionHours.ofHour(day, hour - 1).spentMs).toBe(60 * SECOND_MS);
  });

  it('is noted by the desk of the faces at most every two seconds', async () => {
    const prompt = show('a');
    const desk = new PromptDesk(economy);
    await desk.shown(prompt);
    await desk.acted(prompt);
    economy.clock.advance(1 * SECOND_MS);
    await desk.acted(prompt);
    expect(tookSeconds()).toEqual([0]);
    economy.clock.advance(2 * SECOND_MS);
    await desk.acted(prompt);
    expect(tookSeconds()).toEqual([3]);
  });
});

describe('the human’s presence', () => {
  const present = () => economy.store.attentionHours.ofDay(dayNow()).presentMs / SECOND_MS;

  it('is the time between acts, with nothing to read too', () => {
    accepted(scorePrompt(economy, show('a'), MARKS, null));
    pass(600);
    const prompt = show('b');
    pass(30);
    accepted(scorePrompt(economy, prompt, MARKS, null));
    expect(present()).toBeGreaterThanOrEqual(630);
  });

  it('is not the time in which a prompt waited in vain', () => {
    accepted(scorePrompt(economy, show('a'), MARKS, null));
    const prompt = show('b');
    pass(900);
    accepted(scorePrompt(economy, prompt, MARKS, null));
    expect(present()).toBe(0);
  });
});

function dayNow(): number {
  return economy.derived.humanHours(economy.clock.now()).day;
}
