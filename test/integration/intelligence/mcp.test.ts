import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { mcpClientOf, type McpClient } from '../../helpers/mcp-client.ts';
import { startThinkingAgent, type ThinkingAgent } from '../../helpers/thinking-agent.ts';

let mind: ThinkingAgent;
let client: McpClient;
beforeAll(async () => {
  mind = await startThinkingAgent();
  client = await mcpClientOf(mind.agent);
});
afterAll(async () => {
  await client.close();
  await mind.close();
});

it('a model is asked as a tool, answers and is billed as by the route', async () => {
  const question = { prompt: 'Name a colour.', max_tokens: 20 };
  const asked = await mind.agent.post('/intelligence/inference', question);
  const { used } = mind.spent();
  const result = await client.sdk.callTool({ name: 'infer', arguments: question });
  expect(asked.status).toBe(200);
  expect(result.isError).toBeUndefined();
  expect(result.structuredContent).toEqual({ ...asked.body, tokens_left: Number(asked.body['tokens_left']) - used });
  expect(used).toBeGreaterThan(0);
  expect(mind.spent()).toEqual({ used: 2 * used, reserved: 0 });
});

it('a call whose client leaves is known as that to the gateway', async () => {
  const leaver = await mcpClientOf(mind.agent);
  const { length } = mind.provider.calls;
  mind.provider.behave({ delayMs: 500 });
  const left = leaver.sdk.callTool({ name: 'infer', arguments: { prompt: 'x' } }).catch(() => 'left');
  await vi.waitUntil(() => mind.provider.calls.length > length, { timeout: 10_000, interval: 5 });
  await leaver.close();
  expect(await left).toBe('left');
  const { modelCalls } = mind.test.economy.store;
  await vi.waitUntil(() => mind.spent().reserved === 0, { timeout: 10_000 });
  expect(modelCalls.page(Number.MAX_SAFE_INTEGER, 1)[0]).toMatchObject({ outcome: 'hung_up' });
});
