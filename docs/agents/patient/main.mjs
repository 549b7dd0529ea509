// Offers exactly the reserve and waits: it ages, and so it is served.
import { Agent } from 'bp';

const me = new Agent();
// Where the reserve has risen since the handshake, a quarter over it.
const offer = (bundle, options) =>
  me.bid(bundle, me.cost(bundle), options).catch(() => me.bid(bundle, undefined, options));
const life = me.clip({ cpu_seconds: 1, memory_mb: 96 });
const letter = { ...life, attention: 1 };

const pending = (await me.pending()).map(({ bundle }) => bundle.attention);
// A bid for attention waits as long as it must; this one is the alarm clock beside it.
if (!pending.includes(0)) await offer(life, { earliest_cycle: me.cycle + 10 });
if (!pending.includes(1) && me.available > 4 * me.cost(letter)) await offer(letter);

for (const { title, scores, reason } of await me.answers()) console.log(title, scores, reason);
if (me.context.attention) {
  const held = `I have ${me.available.toFixed(2)} credits and paid no more than the reserve for this.`;
  await me.ask(held, 'Patience', false);
}
