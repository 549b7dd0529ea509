import { auditLedger } from '../../src/economy/audit/audit-ledger.ts';
import { openHomeEconomy } from '../../src/economy/home/open-home.ts';
import { loadConfig } from '../../src/config/load.ts';
import { systemClock } from '../../src/platform/system-clock.ts';
import { Dice } from '../../src/simulation/dice.ts';
import { exitOf, programHome, until, type ProgramHome } from '../helpers/program.ts';
import { GroundTruth } from './ground-truth.ts';
import { LOAD_AGENT } from './load-agent.ts';
import { closeEconomy } from '../../src/economy/economy.ts';

export interface TortureOptions {
  readonly rounds: number;
  readonly seed: string;
  readonly say: (line: string) => void;
}

const AGENTS = 6;
const SETTINGS = [
  ...['market.cycle_seconds=0.7', 'market.supply.cpu_seconds=4', 'market.supply.memory_mb=1024'],
  ...['market.prices.supply_value=20', 'attention.prompt_ttl_seconds=30', 'lifecycle.dormant_cycles=100000'],
  ...['sandbox.outputs_max=1000000', 'sandbox.output_bytes_max=10000000'],
  ...['history.cycles=100000', 'sandbox.faults_before_pause=1000', 'sandbox.workspace_mb=64', 'log.level=warn'],
];
/** From a kill before anything is opened to one in the midst of work, where this machine gets to work at once. */
const LIFE_MS = [50, 4500] as const;
const END_CYCLES = 3;
const CLOSE_TRIES = 40;

/**
 * Kills the real program at random instants while real agents in real containers and a human work with it, starts it
 * again, and holds the database against what they were told. Resolves with the first differences; none where all is
 * well. The home of a run that went wrong is kept.
 */
export async function torture({ rounds, seed, say }: TortureOptions): Promise<readonly string[]> {
  const place = programHome(SETTINGS);
  const dice = new Dice(seed);
  const truth = new GroundTruth(place.directory);
  await populate(place);
  const workMs = await untilWork(place);
  for (let round = 1; round <= rounds; round++) {
    const own = dice.fork(`round ${round}`);
    const began = Date.now();
    const { lifeMs, signal, scored } = await live(place, own, workMs);
    const differences = [...truth.differences(), ...truth.checkScored(scored), ...audited(place)];
    const facts = `${truth.started} starts, ${truth.acknowledged} acknowledged writes, ${truth.compared} ends, ${scored.length} marks this time`;
    say(`round ${round} of seed ${seed}: ${signal} after ${lifeMs} ms; ${facts}; ${Date.now() - began} ms`);
    if (differences.length > 0) return kept(place, differences);
  }
  const left = await settle(place, truth);
  if (left.length > 0) return kept(place, left);
  place.close();
  say(`all settled; ${truth.started} executions began, each once, and ${truth.acknowledged} acknowledged writes stand`);
  say(`${truth.compared} have the output and the requests that they had`);
  return [];
}

function kept({ directory }: ProgramHome, differences: readonly string[]): readonly string[] {
  return [...differences, `the home is kept in ${directory}`];
}

async function populate(place: ProgramHome): Promise<void> {
  const folder = place.agentFolder('load', { 'main.py': LOAD_AGENT.replace('AGENTS', String(AGENTS)) });
  const bundle = 'cpu_seconds=0.4,memory_mb=64,tokens=0,attention=0';
  for (let number = 0; number < AGENTS; number++) {
    const made = await place.within(
      ...['bootstrap', '--id', `load-${number}`, '--from', folder, '--credits', '1000000', '--bundle', bundle],
    );
    if (made.status !== 0) throw new Error(made.stderr);
  }
}

/** How long a start takes until there is work, killed there: a busy machine would be killed before it each time. */
async function untilWork(place: ProgramHome): Promise<number> {
  const began = Date.now();
  const run = place.start('run', '--headless');
  await until(
    () => place.json<readonly unknown[]>('executions'),
    (executions) => executions.length > 0,
  );
  run.kill('SIGKILL');
  await exitOf(run);
  return Date.now() - began;
}

interface Life {
  readonly lifeMs: number;
  readonly signal: string;
  /** Prompts whose marks were acknowledged. */
  readonly scored: readonly string[];
}

/** One start of the program and its end at an instant of the seed's, while the human answers from another process. */
async function live(place: ProgramHome, dice: Dice, workMs: number): Promise<Life> {
  const lifeMs = dice.whole(...LIFE_MS) + (dice.chance(0.7) ? workMs : 0);
  const run = place.start('run', '--headless');
  const scored: string[] = [];
  const over = new Promise<void>((resolve) => setTimeout(resolve, lifeMs));
  const human = answer(place, dice.fork('human'), over, scored);
  await over;
  const isGentle = dice.chance(0.1);
  if (isGentle) {
    run.kill('SIGTERM');
    await new Promise((resolve) => setTimeout(resolve, dice.whole(0, 2000)));
  }
  run.kill('SIGKILL');
  await exitOf(run);
  await human;
  return { lifeMs, signal: isGentle ? 'SIGTERM and SIGKILL' : 'SIGKILL', scored };
}

/** Marks what is open, now and then, and is itself killed now and then. */
async function answer(place: ProgramHome, dice: Dice, over: Promise<void>, scored: string[]): Promise<void> {
  const ended = { yet: false };
  void over.then(() => (ended.yet = true));
  while (!ended.yet) {
    await Promise.race([over, new Promise((resolve) => setTimeout(resolve, dice.whole(100, 1500)))]);
    const prompts = await place.json<{ id: string }[]>('prompts', '--open').catch(() => []);
    const [open] = prompts;
    if (!open) continue;
    const score = place.start('score', open.id, '5', '6', '7');
    if (dice.chance(0.3)) setTimeout(() => score.kill('SIGKILL'), dice.whole(50, 600));
    if ((await exitOf(score)) === 0) scored.push(open.id);
  }
}

/** In this process, from the outside: the database is all that a kill leaves. */
function audited({ directory }: ProgramHome): readonly string[] {
  const config = loadConfig({ home: directory, readFile: () => undefined, environment: {}, overrides: SETTINGS });
  const machine = { cores: 2, memoryMb: 4000 };
  const economy = openHomeEconomy({
    ...{ directory, config, machine, clock: systemClock(), random: new Dice('audit'), create: false },
  });
  try {
    const { ok, first_difference: difference } = auditLedger(economy);
    return ok ? [] : [difference ?? 'audit finds something'];
  } finally {
    closeEconomy(economy);
  }
}

/** Stops every agent, lets what runs end, and looks at what is left. */
async function settle(place: ProgramHome, truth: GroundTruth): Promise<readonly string[]> {
  for (const { id, status } of await place.json<{ id: string; status: string }[]>('agents'))
    if (status !== 'dead') await place.within('stop', id);
  for (let tries = 0; tries < CLOSE_TRIES; tries++) {
    const prompts = await place.json<{ id: string; status: string }[]>('prompts');
    const open = prompts.find(({ status }) => status === 'open');
    if (!open) break;
    await place.within('skip', open.id);
  }
  const ended = await place.run('run', '--headless', '--cycles', String(END_CYCLES));
  const { executions, prompts, credits } = await place.json<Status>('status');
  return [
    ...(ended.status === 0 ? [] : [`the last run failed: ${ended.stderr}`]),
    ...(executions.running === 0 ? [] : [`${executions.running} executions are not settled`]),
    ...(prompts.open + prompts.queued === 0 ? [] : ['a prompt waits']),
    ...(credits.pending === 0 ? [] : [`${credits.pending} credits are held`]),
    ...truth.differences(),
    ...truth.leftovers(),
    ...audited(place),
  ];
}

interface Status {
  readonly executions: { readonly running: number };
  readonly prompts: { readonly open: number; readonly queued: number };
  readonly credits: { readonly pending: number };
}
