import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { outputPath, outputsDirectory, outputSourcesPath, workspacesDirectory } from '../../src/config/home-places.ts';
import { micro } from '../../src/domain/credits.ts';
import { sourceLine } from '../../src/domain/output-source.ts';
import { sendMessage } from '../../src/economy/agents/send-message.ts';
import { spawnAgent } from '../../src/economy/agents/spawn-agent.ts';
import { scorePrompt } from '../../src/economy/attention/end-prompt.ts';
import { closeRequest } from '../../src/economy/requests/close-request.ts';
import { publishRequest } from '../../src/economy/requests/publish-request.ts';
import { tellAgent } from '../../src/economy/agents/tell-agents.ts';
import { submitPrompt } from '../../src/economy/attention/submit-prompt.ts';
import { settleCall } from '../../src/economy/executions/model-call.ts';
import { once } from '../../src/economy/executions/once.ts';
import { settleExecution } from '../../src/economy/executions/settle-execution.ts';
import { placeBid } from '../../src/economy/market/place-bid.ts';
import { transferCredits } from '../../src/economy/money/transfer-credits.ts';
import { accept } from '../../src/domain/refusal.ts';
import { NO_USAGE } from '../../src/domain/execution.ts';
import {
  accepted,
  BARE,
  bidFor,
  makeAgent,
  nextCycle,
  runWinners,
  settle,
  WITH_ATTENTION,
  type TestEconomy,
} from './economy.ts';

/** Stands in every text that `ann` said or was told. */
export const SECRET = 'the walrus sings at noon';
/** Under which she asked for something once. */
export const KEY = 'the-walrus-asks-once';
/** Stands in every text that has nothing to do with her. */
export const OTHERS = 'the gardener counts his beans';

const WEIGHTS = { input: 1, output: 1, cached: 1 };
const MARKS = { interesting: 7, useful: 8, understandable: 9 };
/** More than fits a page of the database. */
const LONG = `${SECRET}\n`.repeat(500);

/** `ann` leaves text in every place where a living agent can, and all that she did is over; `bob` is another one. */
export function speak(economy: TestEconomy): void {
  makeAgent(economy, 'ann', { bundle: WITH_ATTENTION });
  makeAgent(economy, 'bob', { bundle: { ...BARE, cpuMs: 2000 } });
  accepted(sendMessage(economy, 'bob', { to: 'ann', content: SECRET }));
  accepted(tellAgent(economy, 'ann', SECRET));
  const started = runWinners(economy);
  const ann = { executionId: started.get('ann')!.execution.id, agentId: 'ann' };
  const bob = { executionId: started.get('bob')!.execution.id, agentId: 'bob' };
  const nextBid = { bundle: { cpu_seconds: 1, memory_mb: 64, tokens: 0, attention: 0 }, amount: 0.5, payload: SECRET };
  accepted(submitPrompt(economy, ann, { title: SECRET, content: LONG, nextBid, files: [SECRET] }, [Buffer.from(LONG)]));
  accepted(sendMessage(economy, 'ann', { to: 'bob', content: SECRET }));
  accepted(transferCredits(economy, 'ann', { to: 'bob', amount: micro(1_000_000), memo: SECRET }));
  accepted(transferCredits(economy, 'bob', { to: 'ann', amount: micro(1_000_000), memo: SECRET }));
  // The operator's own: no agent's text.
  const files = [{ name: 'beans.txt', bytes: 1 }];
  const { id: requestId } = accepted(publishRequest(economy, { text: OTHERS, files, until: null }));
  accepted(closeRequest(economy, requestId));
  const key = { agentId: 'ann', route: '/social/message', key: KEY, bodyHash: 'x' };
  accepted(once(economy, ann, key, () => accept({ message_id: 'msg_9' })));
  callModel(economy, ann.executionId, SECRET);
  callModel(economy, bob.executionId, OTHERS);
  accepted(scorePrompt(economy, 1, MARKS, SECRET));
  const detail = `main.py: bad interpreter: ${SECRET}`;
  const end = { exitCode: 1, usage: NO_USAGE, requests: 9 };
  settleExecution(economy, { ...end, executionId: ann.executionId, outcome: 'agent_error', detail });
  settle(economy, bob.executionId);
  print(economy, ann.executionId, SECRET);
  print(economy, bob.executionId, OTHERS);
  log(economy, ann.executionId, SECRET);
  log(economy, bob.executionId, OTHERS);
  workspace(economy, 'ann');
}

/** A child of bob's that died before it ran: its files and its payload wait for ever. */
export function speakOfTheDead(economy: TestEconomy): void {
  const firstBid = { bundle: { ...BARE, memoryMb: 3200 }, amount: micro(300_000_000), payload: SECRET };
  const files = [{ path: 'main.py', content: Buffer.from(SECRET), executable: false }];
  accepted(spawnAgent(economy, 'bob', { id: 'ghost', initialCredits: micro(400_000_000), firstBid, files }));
  workspace(economy, 'ghost');
  accepted(sendMessage(economy, 'bob', { to: 'ghost', content: SECRET }));
  economy.store.agents.markStopped('ghost');
  for (const bid of economy.store.bids.pendingTiedTo('ghost')) {
    economy.store.transfers.void(bid.holdId, { cycle: economy.store.state.get().cycle, at: economy.clock.now() });
    economy.store.bids.end(bid.id, 'voided', economy.store.state.get().cycle, 'its agent was stopped');
  }
  for (let cycle = 0; cycle < 40; cycle += 1) {
    if (!economy.store.bids.hasPendingFor('bob')) bidFor(economy, 'bob');
    for (const { execution } of runWinners(economy).values()) settle(economy, execution.id);
  }
}

/** An execution of ann's that runs, with a prompt in front of the human, a letter to her, and a bid with a payload. */
export function goOn(economy: TestEconomy): number {
  const { store } = economy;
  for (const bid of store.bids.pendingTiedTo('ann')) {
    store.transfers.void(bid.holdId, { cycle: store.state.get().cycle, at: economy.clock.now() });
    store.bids.end(bid.id, 'withdrawn', store.state.get().cycle, 'withdrawn');
  }
  bidFor(economy, 'ann', { bundle: WITH_ATTENTION });
  const executionId = runWinners(economy).get('ann')!.execution.id;
  const shown = { title: OTHERS, content: OTHERS, files: [OTHERS] };
  accepted(submitPrompt(economy, { executionId, agentId: 'ann' }, shown, [Buffer.from(OTHERS)]));
  accepted(sendMessage(economy, 'bob', { to: 'ann', content: OTHERS }));
  accepted(placeBid(economy, 'ann', { bundle: BARE, amount: micro(90_000_000), payload: OTHERS }));
  print(economy, executionId, OTHERS);
  nextCycle(economy);
  return executionId;
}

/** The files under a folder in whose bytes a text stands, a backup left out. */
export function filesWith(folder: string, text: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('backups'))
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => readFileSync(path).includes(text));
}

function callModel(economy: TestEconomy, executionId: number, text: string): void {
  economy.store.transaction(() => {
    // These executions bought no tokens: the record is what counts here.
    const order = { provider: 'p', model: 'm', route: '/v1/chat/completions', reserved: 0, reservedMoney: null };
    const beganAt = economy.clock.now();
    const callId = economy.store.modelCalls.insert({ ...order, executionId, cycle: 1, beganAt });
    settleCall(economy, callId, {
      ...{ outcome: 'failed', usage: undefined, isReported: false, weights: WEIGHTS, durationMs: 3 },
      price: undefined,
      detail: `the provider p refused the call: ${text}`,
      content: JSON.stringify({ asked: text, answered: text }),
    });
  });
}

function print(economy: TestEconomy, executionId: number, text: string): void {
  mkdirSync(outputsDirectory(economy.home), { recursive: true });
  const path = outputPath(economy.home, `exe_${executionId}`);
  writeFileSync(path, `${text}\n`);
  writeFileSync(outputSourcesPath(path), sourceLine(0, 'stderr'));
}

function log(economy: TestEconomy, executionId: number, text: string): void {
  const file = openSync(join(economy.home, '.bp-agents', 'logs', 'bp-agents.log'), 'a');
  const lines = [
    {
      level: 'info',
      time: 1,
      execution: `exe_${executionId}`,
      agent: 'x',
      outcome: 'agent_error',
      detail: text,
      msg: 'settled',
    },
    {
      level: 'warn',
      time: 2,
      call: 1,
      execution: `exe_${executionId}`,
      err: { message: text, stack: text },
      msg: text,
    },
    { level: 'warn', time: 3, executionId: `exe_${executionId}`, err: { message: text }, msg: 'failed' },
    { level: 'info', time: 4, cycle: 3, msg: 'cleared' },
  ];
  writeSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  closeSync(file);
}

function workspace(economy: TestEconomy, agentId: string): void {
  const folder = join(workspacesDirectory(economy.home), `agent-${agentId}`, 'deep');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'notes.txt'), SECRET);
}
