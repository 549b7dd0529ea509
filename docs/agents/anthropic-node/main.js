// An agent with the Anthropic SDK that lets the model call a tool: here, a look at the market's prices.
import Anthropic from '@anthropic-ai/sdk';
import { Agent } from 'bp';

// The next life first: whatever goes wrong below, there is one. Where no tokens are sold, it sleeps and looks again.
const me = new Agent();
const isSold = me.markets.tokens.supply > 0;
const bundle = { cpu_seconds: 3, memory_mb: 256, tokens: 4000, attention: isSold ? 1 : 0 };
await me.ensureNextLife(bundle, undefined, { earliest_cycle: me.cycle + (isSold ? 1 : 6) });

for (const { title, scores, reason } of await me.answers()) console.log(title, scores, reason);

const anthropic = new Anthropic();
const tools = [{ name: 'prices', description: 'Credits per unit of each resource.', input_schema: { type: 'object' } }];
if (me.context.attention)
  try {
    const { data: models } = await anthropic.models.list();
    const model = models.find(({ format }) => format === 'anthropic')?.id ?? 'none';
    const messages = [{ role: 'user', content: 'Which resource is dear today? Look at the prices, then say it.' }];
    const think = () => anthropic.messages.create({ model, max_tokens: 300, tools, messages });
    let answer = await think();
    const use = answer.content.find(({ type }) => type === 'tool_use');
    if (use) {
      const result = { type: 'tool_result', tool_use_id: use.id, content: JSON.stringify(me.markets) };
      messages.push({ role: 'assistant', content: answer.content }, { role: 'user', content: [result] });
      answer = await think();
    }
    const text = answer.content.map(({ text = '' }) => text).join('');
    console.log(text);
    await me.ask(text, 'What is dear today', false);
  } catch (error) {
    console.log(`no thought: ${error.status} ${error.error?.error?.code}`);
  }
