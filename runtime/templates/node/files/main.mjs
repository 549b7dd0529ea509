// A starting point: bids for its next life, learns from marks, answers messages, works on wishes, and asks you.
import { openSync, readSync } from 'node:fs';
import { Agent } from 'bp';

const me = new Agent();
const usual = me.advice({ attention: 1 });
const least = { cpu_seconds: Math.max(1, usual.cpu_seconds), memory_mb: Math.max(128, usual.memory_mb) };
await me.ensureNextLife({ ...usual, ...least }); // Before all else: without a bid it doesn't run again.

// The workspace stays from one life to the next; this is what it knows.
const memory = me.recall({ kinds: { prices: [], receipt: [] }, reasons: [], told: [], done: [] });
const newest = (list, one) => [...list, one.slice(0, 300)].slice(-10);
const shown = (text) => text.slice(0, 4000).toWellFormed(); // No more than 16 KiB are.
for (const { title, scores, reason } of await me.answers()) {
  console.log(title, scores, reason);
  if (scores) memory.kinds[title]?.push(scores.interesting + scores.useful + scores.understandable);
  if (reason) memory.reasons = newest(memory.reasons, reason);
}

for (const { from, content } of me.inbox) {
  // The operator can't be answered but by what is shown next, and nobody answers answers for ever.
  if (from === 'operator') memory.told = newest(memory.told, content);
  else if (!content.startsWith('Re: '))
    await me
      .send(from, `Re: ${content.slice(0, 200)}\n\nI am ${me.agentId}; I read this.`)
      .catch((refusal) => console.log(`no answer to ${from}: ${refusal.message}`));
}

/** What comes of a wish. Begin here: `await me.think(…)` asks a model, where your bundle has tokens. */
function work({ text, files }) {
  const lines = files.map((path) => {
    const start = Buffer.alloc(100_000);
    const words = start.toString('utf8', 0, readSync(openSync(path), start)).match(/\S+/g) ?? [];
    return `- \`${path.split('/').pop()}\`: ${words.length} words, ${new Set(words).size} different ones`;
  });
  const todo = 'So far I count words in files. Teach me more: `work` in my main.mjs.';
  return shown([`You asked: ${text}`, '', todo, ...lines].join('\n'));
}

/** What it shows where nobody wishes anything: of its kinds, the one with the best marks, each tried once. */
function letter() {
  const mean = ([, marks]) => (marks.length > 0 ? marks.reduce((sum, mark) => sum + mark, 0) / marks.length : 31);
  const [[title]] = Object.entries(memory.kinds).sort((a, b) => mean(b) - mean(a));
  const prices = Object.entries(me.markets).map(([name, { price }]) => `- ${name}: ${price} credits`);
  const receipt = Object.entries(me.lastExecution?.used ?? { lives: 0 }).map(([name, used]) => `- ${name}: ${used}`);
  const learnt = `You told me: ${memory.told.join(' ') || 'nothing'}. Your reasons: ${memory.reasons.join(' ') || 'none'}.`;
  return [shown(`${(title === 'prices' ? prices : receipt).join('\n')}\n\n${learnt}`), title];
}

const open = (me.handshake.requests ?? []).filter(({ id }) => !memory.done.includes(id));
let [wish] = me.context.attention ? open : [];
if (wish) memory.done = [...memory.done, wish.id].slice(-1000);
me.remember(memory); // Whatever becomes of what it shows.
try {
  if (wish) await me.post('/human/prompt', { title: `For ${wish.id}`, content: work(wish), request_id: wish.id });
} catch (trouble) {
  console.log(`nothing for ${wish.id}: ${trouble.message}`); // It may be closed by now.
  wish = undefined;
}
if (me.context.attention && !wish) await me.ask(...letter(), false);
