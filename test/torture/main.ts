/** `npm run torture -- --rounds N --seed TEXT --life SECONDS`; exits with 1 on a difference. */
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { LIFE_SECONDS_MAX, torture } from './torture.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    seed: { type: 'string', default: randomBytes(6).toString('hex') },
    life: { type: 'string', default: String(LIFE_SECONDS_MAX) },
  },
});
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) {
  console.error(`torture: --rounds must be a whole number from 1 on, not ${values.rounds}`);
  process.exit(2);
}
const lifeSecondsMax = Number(values.life);
if (!(lifeSecondsMax >= 1 && lifeSecondsMax <= 600)) {
  console.error(`torture: --life must be a number of seconds from 1 to 600, not ${values.life}`);
  process.exit(2);
}
const differences = await torture({ rounds, seed: values.seed, lifeSecondsMax, say: (line) => console.log(line) });
if (differences.length === 0) console.log(`${rounds} rounds of kills, no difference`);
else {
  for (const difference of differences) console.log(`FOUND: ${difference}`);
  console.log(`repeat it with: npm run torture -- --rounds ${rounds} --seed ${values.seed} --life ${values.life}`);
  process.exitCode = 1;
}
