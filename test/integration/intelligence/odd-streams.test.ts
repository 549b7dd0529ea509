import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVENTS, FORMATS, streamed, unended, type FormatName } from '../../helpers/four-formats.ts';
import { startThinkingAgent, type ThinkingAgent } from '../../helpers/thinking-agent.ts';

let mind: ThinkingAgent;
beforeAll(async () => {
  mind = await startThinkingAgent({
    tokens: 1_000_000,
    overrides: ['intelligence.retries=0', 'intelligence.breaker_failures=1000'],
  });
});
afterAll(async () => {
  expect(mind.test.failures).toEqual([]);
  expect(mind.spent().reserved).toBe(0);
  await mind.close();
});

const last = () => mind.test.economy.store.modelCalls.page(Number.MAX_SAFE_INTEGER, 1)[0];

/** What the agent gets where this is all that its provider sends. */
async function heard(name: FormatName, events: string): Promise<string> {
  mind.provider.behave({ garbage: events, headers: { 'content-type': 'text/event-stream' } });
  const { path, body } = streamed(name);
  return (await mind.agent.post(path, body)).text;
}

const WHOLE = { outcome: 'completed', input: 11, output: 4, billed: 15, isReported: 1 };
const LATE = 'data: {"type":"error","error":{"message":"too late"}}\n\n';

describe.each(FORMATS)('a stream is whole, and billed by its figures (%s)', (name) => {
  it.each<[string, (events: string) => string]>([
    ['whose last event has no empty line after it', (events) => events.replace(/\n\n$/, '\n')],
    ['whose last line has no end', (events) => events.replace(/\n\n$/, '')],
    ['whose lines end with a carriage return', (events) => `\ufeff${events.replaceAll('\n', '\r')}`],
    ['that ends as a chat does', (events) => `${events}data: [DONE]\n\n`],
    ['that an error follows', (events) => events + LATE],
    ['that an error of another shape follows', (events) => `${events}event: error\ndata: too late\n\n`],
    ['that garbage follows', (events) => `${events}data: <html>\n\n`],
    ['that the beginning of an event follows', (events) => `${events}data: {"choi`],
  ])('%s', async (_, change) => {
    const text = await heard(name, change(unended(name)));
    expect(text).toMatch(/world!/);
    expect(text).not.toMatch(/failed in the midst|too late|<html>/);
    if (name === 'chat' || name === 'messages') expect(text).toMatch(/(\[DONE\]|"message_stop"\})\n\n$/);
    expect(last()).toMatchObject(WHOLE);
  });
});

describe.each(FORMATS)('an error in place of a stream costs nothing, and is told in its own words (%s)', (name) => {
  it.each([
    ['in an object', 'data: {"error":{"message":"overloaded"}}\n\n'],
    ['by its type', 'event: error\ndata: {"type":"error","error":{"message":"overloaded"}}\n\n'],
    ['by its name', 'event: error\ndata: {"message":"overloaded"}\n\n'],
    ['as a text', 'event: error\ndata: overloaded\n\n'],
    ['as a text without an end', 'event: error\ndata: {"error":"overloaded"}'],
  ])('%s', async (_, events) => {
    expect(await heard(name, events)).toMatch(/failed in the midst of its answer: overloaded/);
    expect(last()).toMatchObject({ outcome: 'broken_off', billed: 0 });
    // In the midst of an answer it ends that, and what came is paid for.
    const text = await heard(name, `${EVENTS[name][0]}${events}`);
    expect(text.match(/overloaded/g)).toHaveLength(1);
    expect(last()).toMatchObject({ outcome: 'broken_off', isReported: 0 });
    expect(last()?.billed).toBeGreaterThan(0);
  });
});

describe('of several answers each tells its own end', () => {
  const chat = (index: number, delta: object, finish_reason: string | null = null) =>
    `data: ${JSON.stringify({ choices: [{ index, delta, finish_reason }] })}\n\n`;
  const google = (index: number, text: string, finishReason?: string) =>
    `data: ${JSON.stringify({ candidates: [{ index, content: { parts: [{ text }] }, finishReason }] })}\n\n`;
  const hear = async (name: FormatName, events: readonly string[]) => {
    mind.provider.behave({ garbage: events.join('') });
    const { path, body } = streamed(name);
    const several = name === 'chat' ? { n: 2 } : { generationConfig: { candidateCount: 2 } };
    await mind.agent.post(path, { ...body, ...several });
    return last()?.outcome;
  };

  it('and one that tells it twice does not end the other', async () => {
    const [first, again] = [chat(0, { content: 'a' }, 'stop'), chat(0, {}, 'stop')];
    expect(await hear('chat', [chat(1, { content: 'b' }), first, again])).toBe('broken_off');
    expect(await hear('chat', [first, again, chat(1, { content: 'b' }, 'stop')])).toBe('completed');
    expect(await hear('google', [google(1, 'b'), google(0, 'a', 'STOP'), google(0, '', 'STOP')])).toBe('broken_off');
    expect(await hear('google', [google(0, 'a', 'STOP'), google(0, '', 'STOP'), google(1, 'b', 'STOP')])).toBe(
      'completed',
    );
  });
});
