import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ANSWERS, CALLS, FORMATS, type FormatName } from '../../helpers/four-formats.ts';
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

/** What the agent gets where its provider answers with this body. */
function heard(name: FormatName, body: object) {
  mind.provider.behave({ garbage: JSON.stringify(body) });
  const { path, body: asked } = CALLS[name];
  return mind.agent.post(path, asked);
}

describe.each(FORMATS)('a body with nothing that an answer has is none, and costs nothing (%s)', (name) => {
  it.each([
    [{}, 'nothing that an answer has'],
    [{ detail: 'Not found' }, 'Not found'],
    [{ message: 'overloaded', status: 'error' }, 'overloaded'],
    [{ errors: [{ message: 'x' }] }, 'nothing that an answer has'],
    [{ choices: null, output: null, content: null, candidates: null }, 'nothing that an answer has'],
  ])('%j', async (body, words) => {
    const answer = await heard(name, body);
    expect(answer.status).toBe(502);
    expect(answer.text).toContain(words);
    expect(last()).toMatchObject({ outcome: 'failed', billed: 0 });
  });

  it('has the status that it names', async () => {
    expect((await heard(name, { message: 'too many', code: 429 })).status).toBe(503);
  });

  it.each(['', false, null])('an answer beside an error of %j is one', async (error) => {
    expect((await heard(name, { ...ANSWERS[name], error })).status).toBe(200);
    expect(last()).toMatchObject({ outcome: 'completed', billed: 15 });
  });
});

it('a count of tokens that is none is a failure', async () => {
  mind.provider.behave({ garbage: '{"detail":"Not found"}' });
  const { body } = CALLS.messages;
  expect((await mind.agent.post('/v1/messages/count_tokens', body)).status).toBe(502);
  expect((await mind.agent.post('/v1beta/models/gemini:countTokens', CALLS.google.body)).status).toBe(502);
});

it('a response that has failed and used nothing costs nothing', async () => {
  const failed = { ...ANSWERS.responses, status: 'failed', output: [], usage: null };
  const answer = await heard('responses', { ...failed, error: { code: 'server_error', message: 'overloaded' } });
  expect(answer.status).toBe(502);
  expect(answer.text).toContain('overloaded');
  expect(last()).toMatchObject({ outcome: 'failed', billed: 0 });
});
