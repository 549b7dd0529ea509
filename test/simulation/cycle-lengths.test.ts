import { describe, expect, it } from 'vitest';
import { prepareScenario } from '../../src/simulation/scenario/scenario-file.ts';
import { runScenario } from '../../src/simulation/scenario/scenario-run.ts';

const BUNDLE = 'bundle: { cpu_seconds: 0.2, memory_mb: 16, tokens: 0 }';
const ECONOMY = `
about: Seekers who live of a human's marks, a parent, and one who crashes until it is dead.
settings: defaults
population:
  seekers: { strategy: seeker, count: 4, quality: [5, 8], settings: { ${BUNDLE} } }
  parent: { strategy: breeder, settings: { children_max: 1, ${BUNDLE} } }
  broken: { strategy: frugal, settings: { crash_share: 1 } }
human: { skips_under: 1 }
`;
/** About half an hour; one seed, so that it comes to the same each time. */
const OPTIONS = { seed: '1', days: 0.02, welfare: false };
const NAP_SECONDS_MAX = 1200;

/** With the human's defaults and the program's; agents sleep as long, in whatever cycles. */
async function measuresAt(cycleSeconds: number) {
  const naps = ['seekers', 'parent', 'broken'].map(
    (group) => `scenario.population.${group}.settings.nap_cycles_max=${NAP_SECONDS_MAX / cycleSeconds}`,
  );
  const prepared = prepareScenario('cycle-lengths', ECONOMY, [`market.cycle_seconds=${cycleSeconds}`, ...naps]);
  const { measures } = await runScenario(prepared, OPTIONS);
  return (name: string) => measures[name] ?? Number.NaN;
}

describe('an economy lives alike at cycles of 1, 10 and 60 seconds', () => {
  it('earns, spends, breeds and dies', async () => {
    const atTen = await measuresAt(10);
    for (const seconds of [1, 60]) {
      const here = await measuresAt(seconds);
      const share = (name: string) => here(name) / atTen(name);
      // A breeder has one child. Those of a spawner have theirs as soon as they can pay, a cycle sooner or later.
      for (const name of ['agents.made', 'agents.alive', 'alive.seekers', 'alive.parent', 'dead.broken'])
        expect([seconds, name, here(name)]).toEqual([seconds, name, atTen(name)]);
      // Restarts and dormancy last as long, in whole cycles.
      const longer = (here('longest_life_hours.broken') - atTen('longest_life_hours.broken')) * 3600;
      expect(Math.abs(longer)).toBeLessThan(4 * Math.max(seconds, 10));
      for (const name of ['attention.answers_per_day', 'attention.marks_per_day', 'credits.issued_per_day'])
        expect([seconds, name, Math.abs(share(name) - 1) < 0.1]).toEqual([seconds, name, true]);
      expect(Math.abs(share('credits.revenue_per_day') - 1)).toBeLessThan(0.2);
      expect(here('human.idle_share')).toBeLessThan(0.15);
      for (const name of ['price_mean.cpu_seconds', 'price_mean.memory_mb']) expect(here(name)).toBeLessThan(1.1);
    }
  });
});
