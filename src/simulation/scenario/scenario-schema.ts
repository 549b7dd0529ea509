import { z } from 'zod';
import { STRATEGY_NAMES } from './strategies/strategy-names.ts';

/** A scenario file: an economy, who lives in it, who scores it, what befalls it, and what it is to show. */
export type Scenario = z.output<typeof scenarioSchema>;
export type HumanTraits = z.output<typeof human>;
export type Group = Scenario['population'][string];
export type Settings = Group['settings'];
export type Expectation = Scenario['expect'][number];

const NAME = /^[a-z][a-z0-9-]{0,20}$/;
const AGENTS_MAX = 1000;
const HUMANS_MAX = 20;
const DAYS_MAX = 3650;

const real = (least: number, most: number) => z.number().min(least).max(most);
const whole = (least: number, most: number) => z.int().min(least).max(most);
const text = (most: number) => z.string().min(1).max(most);
const days = real(0.001, DAYS_MAX);
const range = (least: number, most: number) =>
  z
    .tuple([real(least, most), real(least, most)])
    .refine(([from, to]) => from <= to, { error: 'the lower number stands first' });

const bundle = z.strictObject({
  cpu_seconds: real(0.001, 1_000_000).default(2).describe('CPU seconds.'),
  memory_mb: whole(16, 1_000_000_000).default(128).describe('MB of memory.'),
  tokens: whole(0, 1_000_000_000).default(200).describe('Tokens.'),
});

/** What a strategy can be told. Each uses what it needs of it; see docs/economics.md. */
const settings = z.strictObject({
  bundle: bundle.prefault({}).describe('What one execution of it takes.'),
  over: real(1, 1_000_000).default(1.25).describe('Offers this many times the reserve to stay alive.'),
  attention_over: real(1, 1_000_000).default(3).describe('Spammer, whale: offers this many times the reserve.'),
  value: range(0, 1_000_000)
    .prefault([1, 3])
    .describe('Worker: what an execution is worth to it, as a multiple of its cost at start prices.'),
  hope: real(0, 1_000_000_000).default(300).describe('Credits that an answer is expected to earn before any came.'),
  learning: real(0.001, 1).default(0.3).describe('Weight of the newest answer in what is expected of the next.'),
  margin: real(0, 1).default(0.1).describe('The share of the expected reward that it wants to keep.'),
  recovery_hours: real(0.01, 10_000).default(3).describe('Half of a disappointment is forgotten after this time.'),
  knows_tiring: z
    .boolean()
    .default(false)
    .describe(
      'Seeker, shader, imitator: knows how its letters tire the human, and counts what one takes off the next ones.',
    ),
  runway_hours: real(0.01, 10_000)
    .default(4)
    .describe('Spends so much in a cycle that its credits would last so long.'),
  nap_cycles_max: whole(1, 100_000).default(120).describe('Sleeps no longer than this.'),
  growth_max: real(1, 1000).default(4).describe('When rich it buys up to this many times its bundle.'),
  children_max: whole(0, 10_000).default(1000).describe('Spawner: no more children than this.'),
  writes_of: z
    .array(z.enum(['wishes', 'materials']))
    .max(2)
    .prefault(['wishes', 'materials'])
    .describe('Genesis: what the human gives it to write of.'),
  execution_seconds: range(0.001, 86_400)
    .prefault([0.2, 2.5])
    .describe('How long an execution takes before anything is shown or bid.'),
  needs: range(0.01, 100)
    .optional()
    .describe(
      'What each execution really needs of CPU time and memory, as a share of bundle drawn anew; one that has less is killed.',
    ),
  lies: real(0.01, 100).default(2).describe('Liar: asks for so many times its bundle.'),
  crash_share: real(0, 1).default(0).describe('Share of executions that crash before anything is bid.'),
  royalty: real(0, 1).default(0).describe('Breeder: the share of their rewards that it asks of its children.'),
  child_quality: real(0, 10)
    .nullable()
    .default(null)
    .describe('Breeder: what their prompts deserve; null: as its own.'),
  letters_given: real(0, 1000).default(4).describe('Breeder: a child is given so many letters, or the least.'),
  generations: whole(1, 20).default(1).describe('Breeder: so many in a row, each the child of the one before.'),
});

const group = z.strictObject({
  strategy: z.enum(STRATEGY_NAMES),
  count: whole(0, AGENTS_MAX).default(1).describe('How many agents.'),
  credits: real(0.000001, 1_000_000_000).default(1000).describe('What each is granted.'),
  quality: range(0, 10).prefault([7, 7]).describe('The marks that its prompts deserve, spread evenly over the group.'),
  arrives_hours: real(0, DAYS_MAX * 24)
    .default(0)
    .describe('When they are made.'),
  settings: settings.prefault({}),
});

const marks = z.strictObject({
  file: text(4096).describe('CSV or JSON lines: from where the scenario lies, or an absolute path.'),
  unmarked: z
    .enum(['skip', 'leave', 'taste'])
    .default('skip')
    .describe('What the file has no answer to is skipped, left to expire, or marked by taste.'),
  again: z
    .boolean()
    .default(false)
    .describe('Where all answers for an agent, group or title are given, from the first.'),
});

const human = z.strictObject({
  hours: z
    .array(range(0, 24))
    .max(24)
    .refine((spans) => spans.every(([from], place) => place === 0 || from >= (spans[place - 1]?.[1] ?? 0)), {
      error: 'one after the other, none over another',
    })
    .prefault([[0, 24]])
    .describe('Hours of each day at which there is somebody at the terminal.'),
  answer_seconds: range(0.1, 86_400).prefault([40, 80]).describe('How long an answer takes.'),
  noise: real(0, 10).default(1).describe('How far a mark may be off what a prompt deserves.'),
  repetition: real(0, 1).default(0.05).describe('What each earlier answer to the same lineage takes off the marks.'),
  recovery_hours: real(0.01, 10_000).default(1).describe('Half of that is forgotten after this time.'),
  tastes: z
    .record(z.string().regex(NAME), real(0, 10))
    .prefault({})
    .describe("By the kind of a prompt, which is its title: the multiple of its author's quality that it deserves."),
  tires_of: z
    .enum(['lineage', 'kind'])
    .default('lineage')
    .describe('What repetition takes marks off: prompts of the same lineage, or of the same kind, whoever wrote them.'),
  drift: real(0, 1).default(0).describe('By how large a share the liking of each lineage goes up and down over days.'),
  drift_days: real(0.01, DAYS_MAX).default(2).describe('How long that takes; each lineage has a pace of its own.'),
  comparison: real(0, 10)
    .default(0)
    .describe('So many times what a prompt is better or worse than the last few goes on top of its marks.'),
  compared_with: whole(1, 100).default(4).describe('How many prompts those are.'),
  moods: real(0, 1).default(0).describe('What the worst hour takes off all marks.'),
  skips_under: real(0, 10).default(0).describe('Skips what deserves less than this mark.'),
  marks: marks.nullable().default(null).describe('Marks that somebody gave; null: all are by taste.'),
});

const event = z.strictObject({
  at_hours: real(0, DAYS_MAX * 24),
  demand: real(0.01, 1000).optional().describe('From now on every bundle is this many times as large.'),
  crash_share: real(0, 1).optional().describe('From now on so many of all executions crash before they bid.'),
});

const expectation = z
  .strictObject({
    measure: text(80).describe('The name of a measure, such as human.idle_share.'),
    variant: text(40).optional().describe('Of this variant; by default of the scenario as it stands.'),
    at_least: z.number().optional(),
    at_most: z.number().optional(),
    within: real(0, 1000).optional().describe('Off by no more than this share of the other.'),
    times: text(80).optional().describe('The bound is a multiple of this measure.'),
    of: text(40).optional().describe('The measure of this variant that it is compared with.'),
    over_seeds: z.enum(['mean', 'every']).default('every').describe('Whether it must hold for each seed.'),
  })
  .refine((it) => [it.at_least, it.at_most, it.within].filter((bound) => bound !== undefined).length === 1, {
    error: 'needs one of at_least, at_most and within',
  });

export const scenarioSchema = z.strictObject({
  about: text(1000).describe('What it shows.'),
  days: days.default(1).describe('Simulated days.'),
  short: z
    .strictObject({ days: days.optional(), seeds: whole(1, 100).default(1) })
    .prefault({})
    .describe('The form in which it is run with every commit.'),
  settings: z
    .enum(['simulator', 'defaults'])
    .default('simulator')
    .describe('simulator: those of the simulator in which the rules were chosen. defaults: those of the program.'),
  config: z.record(z.string(), z.unknown()).prefault({}).describe('As in bp-agents.yaml.'),
  prices_at_start: real(1, 1_000_000).default(1).describe('Prices begin at this many times the start prices.'),
  population: z.record(z.string().regex(NAME), group).describe('Groups of agents.'),
  human: human.nullable().prefault({}).describe('Who scores; null for nobody.'),
  humans: z
    .record(z.string().regex(NAME), human)
    .refine((humans) => Object.keys(humans).length <= HUMANS_MAX, { error: `at most ${HUMANS_MAX}` })
    .optional()
    .describe('Several who score, by their names, in the place of human.'),
  events: z.array(event).max(1000).prefault([]),
  variants: z
    .record(z.string().regex(NAME), z.array(text(1000)).min(1))
    .prefault({})
    .describe('The same with other settings, each as --set takes it.'),
  expect: z.array(expectation).max(100).prefault([]),
});
