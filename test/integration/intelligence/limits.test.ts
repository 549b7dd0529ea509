import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startThinkingAgent, type ThinkingAgent } from '../../helpers/thinking-agent.ts';

let mind: ThinkingAgent;
beforeAll(async () => {
  mind = await startThinkingAgent({ tokens: 10_000_000 });
});
beforeEach(() => void (mind.provider.calls.length = 0));
afterAll(async () => {
  expect(mind.test.failures).toEqual([]);
  expect(mind.spent().reserved).toBe(0);
  await mind.close();
});

const chatWith = (...content: unknown[]) => ({ model: 'gpt', messages: [{ role: 'user', content }] });
const messageWith = (...content: unknown[]) => ({ model: 'claude', messages: [{ role: 'user', content }] });
const CHAT = '/v1/chat/completions';
const MESSAGES = '/v1/messages';

describe('a limit on the output', () => {
  it.each(['max_tokens', 'max_completion_tokens'])(
    'is sent in the field that the provider knows (%s)',
    async (field) => {
      const other = await startThinkingAgent({ provider: { output_field: field } });
      for (const sent of ['max_tokens', 'max_completion_tokens'])
        await other.agent.post(CHAT, { ...chatWith({ type: 'text', text: 'x' }), [sent]: 7 });
      await other.agent.post(CHAT, {
        ...chatWith({ type: 'text', text: 'x' }),
        max_tokens: 9,
        max_completion_tokens: 7,
      });
      for (const { body } of other.provider.calls) {
        expect(body[field]).toBe(7);
        expect(Object.keys(body).filter((key) => key.startsWith('max_'))).toEqual([field]);
      }
      expect(other.provider.calls).toHaveLength(3);
      await other.close();
    },
  );

  it.each([
    ['below the limit stay as they are', 3000, 2000, { type: 'enabled', budget_tokens: 2000 }, undefined],
    ['above it are fewer', 20_000, 16_000, { type: 'enabled', budget_tokens: 4095 }, undefined],
    ['without room are none', 1000, 1024, undefined, 'thinking'],
  ])('of which thoughts %s', async (_, max_tokens, budget_tokens, thinking, removed) => {
    const body = {
      ...messageWith({ type: 'text', text: 'x' }),
      max_tokens,
      thinking: { type: 'enabled', budget_tokens },
    };
    const answer = await mind.agent.post(MESSAGES, body);
    expect(answer.headers['x-bp-removed']).toBe(removed);
    expect(mind.provider.calls[0]?.body['thinking']).toEqual(thinking);
    expect(mind.provider.calls[0]?.body['max_tokens']).toBe(Math.min(4096, max_tokens));
  });
});

it.each([
  ['small', 32, 32, 300],
  ['of a page', 1000, 1000, 2900],
  ['as large as it likes', 20_000, 20_000, 6100],
])('an image %s is reserved by its size', async (_, width, height, most) => {
  const bytes = Buffer.alloc(33);
  bytes.write('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1');
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  const url = `data:image/png;base64,${bytes.toString('base64')}`;
  const reserved = async (body: object) => {
    expect((await mind.agent.post(CHAT, { ...body, max_tokens: 1 })).status).toBe(200);
    return mind.test.economy.store.modelCalls.page(Number.MAX_SAFE_INTEGER, 1)[0]!.reserved;
  };
  const without = await reserved(chatWith({ type: 'text', text: 'x' }));
  const withImage = await reserved(chatWith({ type: 'text', text: 'x' }, { type: 'image_url', image_url: { url } }));
  expect(withImage - without).toBeLessThan(most);
  expect(withImage - without).toBeGreaterThan(most * 0.85);
});
