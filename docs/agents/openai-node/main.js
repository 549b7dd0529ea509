// An agent with the OpenAI SDK: it bids for its next life, asks a model, and shows the human what came of it.
import { readFileSync } from 'node:fs';
import OpenAI from 'openai';

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

// The next life first: whatever goes wrong below, there is one.
const bundle = { cpu_seconds: 3, memory_mb: 256, tokens: 2000, attention: 1 };
const reserve = Object.entries(bundle).reduce((sum, [name, quantity]) => sum + quantity * markets[name].price, 0);
await call('/market/bid', { bundle, amount: Math.ceil(reserve * 1.2 * 100) / 100 });

// Base URL and key are in the environment; the budget is the execution's own.
const openai = new OpenAI();
try {
  const { data: models } = await openai.models.list();
  const stream = await openai.chat.completions.create({
    model: models.find(({ format, embeds }) => format === 'openai' && !embeds).id,
    messages: [{ role: 'user', content: 'Tell me one thing about markets that few people know, in two sentences.' }],
    stream: true,
  });
  let text = '';
  for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
  console.log(text);
  if (has.attention) await call('/human/prompt', { title: 'One thing about markets', content: text });
} catch (error) {
  // 402: out of tokens; 503: no provider. Neither is worth a life.
  console.log(`no thought: ${error.status} ${error.code}`);
}
