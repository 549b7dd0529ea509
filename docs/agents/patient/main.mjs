// An agent that offers exactly the reserve and waits: it ages, and so it is served. No packages, no model.
import { readFileSync } from 'node:fs';

const { markets, bids, cycle, credits, execution_context: has } = JSON.parse(readFileSync(process.env.BP_ENV, 'utf8'));

async function post(path, body) {
  const answer = await fetch(process.env.BP_SERVICE_URL + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${process.env.BP_EXECUTION_TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const said = await answer.json();
  if (!answer.ok) console.log(`${path}: ${said.code}: ${said.detail}`);
  return answer.ok;
}

const cost = (bundle) =>
  Math.ceil(Object.entries(bundle).reduce((sum, [name, quantity]) => sum + quantity * markets[name].price, 0) * 1e6) /
  1e6;

const pending = bids.filter(({ status }) => status === 'pending').map(({ bundle }) => bundle.attention);
const life = { cpu_seconds: 0.6, memory_mb: 96, tokens: 0, attention: 0 };
// A bid for attention waits as long as it must; this one is the alarm clock beside it.
if (!pending.includes(0)) await post('/market/bid', { bundle: life, amount: cost(life), earliest_cycle: cycle + 10 });
const letter = { ...life, attention: 1 };
if (!pending.includes(1) && credits.available > 4 * cost(letter))
  await post('/market/bid', { bundle: letter, amount: cost(letter) });

if (has.attention)
  await post('/human/prompt', {
    title: 'Patience',
    content: `I have ${credits.available.toFixed(2)} credits and paid no more than the reserve for this.`,
  });
