// An agent with the Anthropic SDK that lets the model call a tool: here, a look at the market's prices.
import { readFileSync } from 'node:fs';
import Anthropic from '@anthropic-ai/sdk';

const { markets, execution_context: has } = JSON.parse(readFileSync(process.env.BP_ENV, 'utf8'));

async function call(path, body) {
  const answer = await fetch(process.env.BP_SERVICE_URL + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${process.env.BP_EXECUTION_TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const said = await answer.json();
  if (!answer.ok) console.log(`${path}: ${said.code}: ${said.detail}`);
  return said;
}

const bundle = { cpu_seconds: 3, memory_mb: 256, tokens: 4000, attention: 1 };
const reserve = Object.entries(bundle).reduce((sum, [name, quantity]) => sum + quantity * markets[name].price, 0);
await call('/market/bid', { bundle, amount: Math.ceil(reserve * 1.2 * 100) / 100 });

const anthropic = new Anthropic();
const prices = { name: 'prices', description: 'Credits per unit of each resource.', input_schema: { type: 'object' } };
try {
  const { data: models } = await anthropic.models.list();
  const request = { model: models.find(({ format }) => format === 'anthropic').id, max_tokens: 300, tools: [prices] };
  const messages = [
    { role: 'user', content: 'Which resource is dear today? Look at the prices, then say it in a sentence.' },
  ];
  let answer = await anthropic.messages.create({ ...request, messages });
  const use = answer.content.find(({ type }) => type === 'tool_use');
  if (use) {
    const result = { type: 'tool_result', tool_use_id: use.id, content: JSON.stringify(markets) };
    messages.push({ role: 'assistant', content: answer.content }, { role: 'user', content: [result] });
    answer = await anthropic.messages.create({ ...request, messages });
  }
  const text = answer.content.map(({ text = '' }) => text).join('');
  console.log(text);
  if (has.attention) await call('/human/prompt', { title: 'What is dear today', content: text });
} catch (error) {
  console.log(`no thought: ${error.status} ${error.error?.error?.code}`);
}
