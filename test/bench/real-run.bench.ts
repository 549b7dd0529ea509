/**
 * Genesis and two agents of docs/agents in real containers, with a scripted human: 200 cycles of one second by the built
 * program, and the measures of what came of them. `npm run bench -- real-run`.
 */
import { fileURLToPath } from 'node:url';
import { loadConfig } from '../../src/config/load.ts';
import { MARKS, type Scores } from '../../src/domain/attention.ts';
import { openHomeEconomy } from '../../src/economy/home/open-home.ts';
import { scorePrompt } from '../../src/economy/attention/end-prompt.ts';
import { auditLedger } from '../../src/economy/audit/audit-ledger.ts';
import { systemClock } from '../../src/platform/system-clock.ts';
import { systemRandomness } from '../../src/platform/system-randomness.ts';
import { Dice } from '../../src/simulation/dice.ts';
import { measure } from '../../src/simulation/measures/measures.ts';
import { programHome } from '../helpers/program.ts';
import { STORE } from '../../src/economy/internal/store-key.ts';

const CYCLES = 200;
/** As many CPU seconds as in ten seconds of two cores, so that prices are those of the default cycle. */
const SETTINGS = ['market.cycle_seconds=1', 'market.supply.cpu_seconds=16', 'market.supply.memory_mb=4000'];
const ANSWER_SECONDS = [2, 6] as const;
/** What each agent's prompts deserve; tired of the same after a while. */
const DESERVED: Readonly<Record<string, number>> = { genesis: 7, learner: 6, patient: 4 };
const TIRING = 0.93;

const place = programHome(SETTINGS);
try {
  const agents = fileURLToPath(new URL('../../docs/agents', import.meta.url));
  await ready('bootstrap');
  for (const id of ['learner', 'patient']) {
    const bundle = 'cpu_seconds=0.6,memory_mb=96,tokens=0,attention=1';
    await ready('bootstrap', '--id', id, '--from', `${agents}/${id}`, '--bundle', bundle);
  }
  const config = loadConfig({ home: '/', readFile: () => undefined, environment: {}, overrides: SETTINGS });
  const economy = openHomeEconomy({
    ...{ directory: place.directory, config, machine: { cores: 2, memoryMb: 4000 }, create: false },
    ...{ clock: systemClock(), random: systemRandomness() },
  });
  const began = Date.now();
  const ended = new Promise((resolve) =>
    place.start('run', '--headless', '--cycles', String(CYCLES)).once('exit', resolve),
  );
  let isOver = false;
  void ended.then(() => {
    isOver = true;
  });
  await answer(economy, () => isOver);
  const presence = [[began, Date.now()]] as const;
  const { ok, first_difference: difference } = auditLedger(economy);
  if (!ok) throw new Error(`audit: ${difference}`);
  for (const [name, value] of Object.entries(await measure(economy, { presence })))
    console.log(`${name.padEnd(30)} ${Number(value.toPrecision(4))}`);
  economy[STORE].close();
} finally {
  place.close();
}

async function ready(...args: readonly string[]): Promise<void> {
  const { status, stderr } = await place.run(...args);
  if (status !== 0) throw new Error(stderr);
}

/** Somebody who is there all the time, and answers whatever is open. */
async function answer(economy: Parameters<typeof scorePrompt>[0], isOver: () => boolean): Promise<void> {
  const dice = new Dice('real run');
  const seen = new Map<string, number>();
  while (!isOver()) {
    await wait(0.2);
    const open = economy[STORE].prompts.open();
    if (!open) continue;
    await wait(ANSWER_SECONDS[0] + (ANSWER_SECONDS[1] - ANSWER_SECONDS[0]) * dice.fraction());
    const count = seen.get(open.agentId) ?? 0;
    seen.set(open.agentId, count + 1);
    const deserved = (DESERVED[open.agentId] ?? 5) * TIRING ** count;
    const mark = () => Math.max(0, Math.min(10, Math.round(deserved + 2 * dice.fraction() - 1)));
    scorePrompt(economy, open.id, Object.fromEntries(MARKS.map((name) => [name, mark()])) as unknown as Scores, null);
  }
}

function wait(seconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, seconds * 1000);
  });
}
