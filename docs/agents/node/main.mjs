// Offers for the human's attention what its letters earn: the honest offer is the best one, since a winner pays less.
import { Agent } from 'bp';

const me = new Agent();
const memory = me.recall({ expected: 150, letters: 0, reason: 'none yet' });
for (const { title, status, reward, reason } of await me.answers()) {
  console.log(title, status, reward, reason);
  if (status === 'expired') continue; // Nobody saw that one.
  memory.expected += 0.3 * (reward - memory.expected);
  memory.reason = reason ?? memory.reason;
}

// Where a letter isn't worth its price, it sleeps and looks again later.
const letter = me.clip({ cpu_seconds: 1, memory_mb: 128, attention: 1 });
if (memory.expected > me.cost(letter)) await me.ensureNextLife(letter, memory.expected);
else await me.ensureNextLife({ ...letter, attention: 0 }, undefined, { earliest_cycle: me.cycle + 6 });

if (me.context.attention) {
  memory.letters += 1;
  const told = `I expect ${memory.expected.toFixed(2)} credits of a letter. The last reason you gave: ${memory.reason}`;
  await me.ask(
    `${told}\n\nIt is cycle ${me.cycle}, and I have ${me.available} credits.`,
    `Letter ${memory.letters}`,
    false,
  );
}
me.remember(memory);
