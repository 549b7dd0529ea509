// An agent with the OpenAI SDK, streaming.
import OpenAI from 'openai';
import { Agent } from 'bp';

// The next life first: whatever goes wrong below, there is one. Where no tokens are sold, it sleeps and looks again.
const me = new Agent();
const isSold = me.markets.tokens.supply > 0;
const bundle = { cpu_seconds: 3, memory_mb: 256, tokens: 2000, attention: isSold ? 1 : 0 };
await me.ensureNextLife(bundle, undefined, { earliest_cycle: me.cycle + (isSold ? 1 : 6) });

for (const { title, scores, reason } of await me.answers()) console.log(title, scores, reason);

// Base URL and key are in the environment; the budget is the execution's own.
const openai = new OpenAI();
if (me.context.attention)
  try {
    const { data: models } = await openai.models.list();
    const stream = await openai.chat.completions.create({
      model: models.find(({ format, embeds }) => format === 'openai' && !embeds)?.id ?? 'none',
      messages: [{ role: 'user', content: 'Tell me one thing about markets that few people know, in two sentences.' }],
      stream: true,
    });
    let text = '';
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
    console.log(text);
    await me.ask(text, 'One thing about markets', false);
  } catch (error) {
    // 402: out of tokens; 503: no provider. Neither is worth a life.
    console.log(`no thought: ${error.status} ${error.code}`);
  }
