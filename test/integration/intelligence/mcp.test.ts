import { afterAll, beforeAll, expect, it } from 'vitest';
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
