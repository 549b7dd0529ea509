import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { auditLedger } from '../../src/economy/audit/audit-ledger.ts';
import { openHomeEconomy } from '../../src/economy/home/open-home.ts';
import { loadConfig } from '../../src/config/load.ts';
import { systemClock } from '../../src/platform/system-clock.ts';
import { Dice } from '../../src/simulation/dice.ts';
import { inFastTime } from '../helpers/fast-time.ts';
import { exitOf, programHome, until, type ProgramHome } from '../helpers/program.ts';
import { GroundTruth } from './ground-truth.ts';
import { LOAD_AGENT } from './load-agent.ts';
import { closeEconomy } from '../../src/economy/economy.ts';

export interface TortureOptions {
  readonly rounds: number;
  readonly seed: string;
  /** How long the program lives at most before a kill. Where it is too short for an execution to be settled, none ever is. */
  readonly lifeSecondsMax?: number;
  readonly say: (line: string) => void;
}

/** Unless another is asked for: enough on an engine of this machine that isn't busy. */
export const LIFE_SECONDS_MAX = 4.5;

const AGENTS = 6;
const SETTINGS = inFastTime([
  ...['market.cycle_seconds=0.7', 'market.supply.cpu_seconds=4', 'market.supply.memory_mb=1024'],
  ...['market.prices.supply_value=20', 'attention.prompt_ttl_seconds=30', 'lifecycle.dormant_seconds=70000'],
  ...['sandbox.outputs_max=1000000', 'sandbox.output_bytes_max=10000000'],
  ...['history.cycles=100000', 'sandbox.faults_before_pause=1000', 'sandbox.workspace_mb=64', 'log.level=warn'],
]);
/** From a kill before anything is opened to one in the midst of work, mostly counted from its first cycle. */
const LIFE_MS_MIN = 50;
const END_CYCLES = 3;
const CLOSE_TRIES = 40;

/**
 * Kills the real program at random instants while real agents in real containers and a human work with it, starts it
 * again, and holds the database against what they were told. Resolves with the first differences; none where all is
 * well. The home of a run that went wrong is kept.
 */
export async function torture(options: TortureOptions): Promise<readonly string[]> {
  const { rounds, seed, lifeSecondsMax = LIFE_SECONDS_MAX, say } = options;
  const place = programHome(SETTINGS);
  const dice = new Dice(seed);
  const truth = new GroundTruth(place.directory);
  await populate(place);
  for (let round = 1; round <= rounds; round++) {
    const own = dice.fork(`round ${round}`);
    const began = Date.now();
    const { lifeMs, signal, scored, early } = await live(place, own, lifeSecondsMax * 1000);
    const differences = [...early, ...truth.differences(), ...truth.checkScored(scored), ...audited(place)];
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

interface Life {
  readonly lifeMs: number;
  readonly signal: string;
  /** Prompts whose marks were acknowledged. */
  readonly scored: readonly string[];
  /** Where it did not live so long. */
  readonly early: readonly string[];
}

/** One start of the program and its end at an instant of the seed's, while the human answers from another process. */
async function live(place: ProgramHome, dice: Dice, lifeMsMax: number): Promise<Life> {
  const lifeMs = dice.whole(LIFE_MS_MIN, lifeMsMax);
  const before = cycleOf(place);
  const run = place.start('run', '--headless');
  // A busy machine would be killed at its start each time.
  if (dice.chance(0.7))
    await until(
      () => Promise.resolve(run.exitCode !== null || cycleOf(place) > before),
      (isThere) => isThere,
    );
  const scored: string[] = [];
  const over = new Promise<void>((resolve) => setTimeout(resolve, lifeMs));
  const human = answer(place, dice.fork('human'), { run, over }, scored);
  await over;
  const early = run.exitCode === null ? [] : [`run ended by itself with code ${run.exitCode}`];
  const isGentle = dice.chance(0.1);
  if (isGentle) {
    run.kill('SIGTERM');
    await new Promise((resolve) => setTimeout(resolve, dice.whole(0, 2000)));
  }
  run.kill('SIGKILL');
  await exitOf(run);
  await human;
  return { lifeMs, signal: isGentle ? 'SIGTERM and SIGKILL' : 'SIGKILL', scored, early };
}

/** Read without a command: after a kill, the first one puts back the workspaces, and no run can begin meanwhile. */
function cycleOf({ directory }: ProgramHome): number {
  const database = new SqliteDatabase(join(directory, '.bp-agents', 'economy.db'), { readonly: true });
  try {
    return database.prepare<[], number>('SELECT coalesce(max(cycle), 0) FROM cycles').pluck().get() ?? 0;
  } finally {
    database.close();
  }
}

/** Whether this process has come so far that it is the one that runs the economy. */
function hasBegun({ directory }: ProgramHome, run: ChildProcess): boolean {
  const path = join(directory, '.bp-agents', 'run.pid');
  return existsSync(path) && readFileSync(path, 'utf8').trim() === String(run.pid);
}

interface Lived {
  readonly run: ChildProcess;
  readonly over: Promise<void>;
}

/** Marks what is open, now and then, and is itself killed now and then. */
async function answer(place: ProgramHome, dice: Dice, { run, over }: Lived, scored: string[]): Promise<void> {
  const ended = { yet: false };
  void over.then(() => (ended.yet = true));
  while (!ended.yet) {
    await Promise.race([over, new Promise((resolve) => setTimeout(resolve, dice.whole(100, 1500)))]);
    if (!hasBegun(place, run)) continue;
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
