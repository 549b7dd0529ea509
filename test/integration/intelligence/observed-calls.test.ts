import { afterEach, describe, expect, it } from 'vitest';
import type { EndedCall } from '../../../src/domain/ended-call.ts';
import { startThinkingAgent, type ThinkingAgent, type ThinkingOptions } from '../../helpers/thinking-agent.ts';

let mind: ThinkingAgent;
let seen: EndedCall[];
afterEach(() => mind.close());

async function start(contentCharsMax: number, options: ThinkingOptions = {}): Promise<void> {
  seen = [];
  mind = await startThinkingAgent({ ...options, calls: { contentCharsMax, callEnded: (call) => seen.push(call) } });
}

const ask = { model: 'small', messages: [{ role: 'user' as const, content: 'x' }] };

describe('whoever looks on is told of each call', () => {
  it('once it is settled, by the first name of its model, and without a word of it', async () => {
    await start(0);
    mind.provider.behave({ usage: { input: 11, cached: 5, output: 4 } });
    await mind.openai.chat.completions.create(ask);
    expect(seen).toMatchObject([
      {
        ...{ id: 1, executionId: mind.agent.executionId, provider: 'one', model: 'gpt', outcome: 'completed' },
        ...{ usage: { input: 6, cached: 5, output: 4 }, content: undefined },
      },
    ]);
    expect(seen[0]?.durationMs).toBeGreaterThan(0);
    expect(mind.spent().reserved).toBe(0);
  });

  it('that fails', async () => {
    await start(0, { overrides: ['intelligence.retries=0'] });
    mind.provider.behave({ status: 500 });
    await mind.openai.chat.completions.create(ask).catch(() => undefined);
    expect(seen).toMatchObject([{ outcome: 'failed', usage: undefined }]);
  });

  it('with what it said, where that is wanted: of a record that is kept besides, only as much as that one wants', async () => {
    await start(9, { overrides: ['intelligence.log_content=true', 'intelligence.content_chars_max=5'] });
    await mind.openai.chat.completions.create(ask);
    const stream = await mind.openai.chat.completions.create({ ...ask, stream: true });
    for await (const _chunk of stream);
    expect(seen.map(({ content }) => content)).toMatchObject([
      { asked: { messages: ask.messages }, answered: 'Hello, wo' },
      { asked: { messages: ask.messages }, answered: 'Hello, wo' },
    ]);
    const kept = mind.test.economy.store.modelCalls.page(Number.MAX_SAFE_INTEGER, 10);
    expect(kept.map(({ content }) => JSON.parse(content ?? '{}') as unknown)).toMatchObject([
      { answered: 'Hello' },
      { answered: '{"id"' },
    ]);
  });
});
