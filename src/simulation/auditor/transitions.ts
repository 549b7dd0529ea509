import type { Config } from '../../config/schema.ts';
import { checkCalls } from './calls.ts';
import type { Change, Changes } from './changes.ts';
import { demand } from './finding.ts';
import { isLotBid } from './lot-check.ts';
import type { Mirror, Moment } from './mirror.ts';
import { costOf, cyclesOf, fitsInto, stepOf } from './reckoning.ts';
import type { AgentRow, BidRow, ExecutionRow, PromptRow, Quad, RequestRow } from './rows.ts';

const STATES = ['allocated', 'starting', 'running', 'settled'];
const OUTCOMES = new Set([
  ...['system_fault', 'stopped_by_operator', 'cpu_exceeded', 'wall_exceeded'],
  ...['disk_exceeded', 'memory_exceeded', 'agent_error', 'completed'],
]);

export interface World {
  readonly mirror: Mirror;
  readonly config: Config;
  readonly supply: Quad;
  /** After the transaction. */
  readonly moment: Moment;
  readonly available: (agent: string) => number;
  readonly endedUnserved: (execution: number) => boolean;
}

/** Each row may change only as the rules let it: docs/market.md, one sentence at a time. */
export function checkTransitions(changes: Changes, world: World): void {
  for (const change of changes.bids) checkBid(change, changes, world);
  for (const change of changes.executions) checkExecution(change, changes, world);
  for (const change of changes.prompts) checkPrompt(change, world, changes);
  for (const { old, now } of changes.messages)
    checkHanding(`msg_${now.id}`, now.to, old?.handedTo ?? null, now.handedTo, world, changes);
  for (const change of changes.requests) checkRequest(change);
  checkCalls(changes.calls, changes.executions, world.mirror);
  for (const change of changes.agents) checkAgent(change, world);
}

function checkBid({ old, now }: Change<BidRow>, changes: Changes, world: World): void {
  const name = `bid_${now.id}`;
  if (!old) {
    checkNewBid(now, world);
    return;
  }
  const same = old.payer === now.payer && old.agent === now.agent && old.lineage === now.lineage;
  demand(same && String(old.bundle) === String(now.bundle), 'a bid stays what it is', () => `${name} changed`);
  if (now.attempt !== old.attempt) {
    checkNextAttempt({ old, now }, changes, world);
    return;
  }
  const kept = old.amount === now.amount && old.reserve === now.reserve && old.earliest === now.earliest;
  demand(kept, 'a bid stays what it is', () => `${name} changed its terms`);
  const isLegal = old.status === now.status || old.status === 'pending';
  demand(isLegal, 'a bid ends once', () => `${name} went from ${old.status} to ${now.status}`);
}

function checkNewBid(bid: BidRow, { mirror, config, supply, moment }: World): void {
  const name = `bid_${bid.id}`;
  demand(bid.id === mirror.lastBid + 1 || bid.id > mirror.lastBid, 'ids go on', () => `${name} is not new`);
  demand(bid.attempt === 1 && bid.passed <= 1, 'a bid begins young', () => `${name} begins at ${bid.attempt}`);
  const cost = costOf(bid.bundle, mirror.prices);
  demand(bid.reserve === cost, 'the reserve is locked', () => `${name} has ${bid.reserve} locked, not ${cost}`);
  const isEnough = bid.amount >= cost || isLotBid(bid);
  demand(isEnough, 'no bid is under the reserve', () => `${name} offers ${bid.amount}, under ${cost}`);
  demand(fitsInto(bid.bundle, supply), 'no bundle is over the supply', () => `${name} asks for ${bid.bundle.join()}`);
  const horizon = moment.cycle + cyclesOf(config.market.bid_horizon_seconds, config.market.cycle_seconds);
  demand(bid.earliest <= horizon, 'bids are not too far ahead', () => `${name} waits for cycle ${bid.earliest}`);
  const agent = mirror.agents.get(bid.agent);
  demand(agent?.status !== 'dead' || bid.payer === bid.agent, 'nobody bids for the dead', () => `${name} does`);
}

function checkNextAttempt({ old, now }: { old: BidRow; now: BidRow }, { executions }: Changes, world: World): void {
  const name = `bid_${now.id}/${now.attempt}`;
  const { config, moment } = world;
  const fault = executions.find(({ now: { bid, attempt } }) => bid === now.id && attempt === old.attempt)?.now;
  const follows = now.attempt === old.attempt + 1 && old.status === 'won' && fault?.outcome === 'system_fault';
  demand(follows, 'another attempt follows a fault', () => `${name} follows ${fault?.outcome}`);
  // The refund has come and the hold is made: what is left and what is held were available.
  const most = world.available(now.payer) + now.amount;
  const due = Math.min(old.amount, most);
  demand(now.amount === due, 'another attempt offers the same', () => `${name} offers ${now.amount}, not ${due}`);
  const reserve = Math.min(old.reserve, fault.price, now.amount);
  demand(now.reserve === reserve, 'the locked price is kept', () => `${name} has ${now.reserve}, not ${reserve}`);
  demand(now.passed === old.passed, 'age is kept', () => `${name} is ${now.passed} old, not ${old.passed}`);
  const wait = cyclesOf(stepOf(config.lifecycle.fault_backoff_seconds, old.attempt - 1), config.market.cycle_seconds);
  const isLater = now.earliest === moment.cycle + wait;
  demand(isLater, 'another attempt backs off', () => `${name} waits for ${now.earliest}`);
}

function checkExecution({ old, now }: Change<ExecutionRow>, changes: Changes, world: World): void {
  const name = `exe_${now.id}`;
  if (!old) {
    checkNewExecution(now, changes, world);
    return;
  }
  const step = STATES.indexOf(now.state) - STATES.indexOf(old.state);
  const isLegal = step === 0 || step === 1 || (now.state === 'settled' && old.state !== 'settled');
  demand(isLegal, 'states go forward', () => `${name} went from ${old.state} to ${now.state}`);
  const facts = (row: ExecutionRow) => [row.bid, row.attempt, row.agent, row.payer, row.price, ...row.bundle].join();
  demand(facts(old) === facts(now), 'an execution stays what it is', () => `${name} changed`);
  demand(old.outcome === null || old.outcome === now.outcome, 'one outcome', () => `${name} has another outcome`);
  if (old.state === 'allocated' && now.state === 'starting') checkTold(now, changes, world);
  if (now.state !== 'settled') return;
  demand(OUTCOMES.has(now.outcome ?? ''), 'settled with an outcome', () => `${name} has ${now.outcome}`);
  if (old.state === 'settled') return;
  const isRefunded = now.outcome === 'system_fault' || !world.endedUnserved(now.id);
  demand(isRefunded, 'who gives up unserved is refunded', () => `${name} is ${now.outcome}`);
  checkQueuedAgain(now, changes, world);
  if (now.started === null) checkNewsAgain(now, changes, world);
}

/** Whoever starts is told everything that its agent was not told yet. */
function checkTold({ id, agent }: ExecutionRow, { messages, prompts }: Changes, { mirror }: World): void {
  const isNews = ({ handedTo }: { readonly handedTo: number | null }) => handedTo === null;
  const due =
    [...mirror.messages.values()].filter((message) => message.to === agent && isNews(message)).length +
    [...mirror.answers.values()].filter((answer) => answer.agent === agent && isNews(answer)).length;
  const told = [...messages, ...prompts].filter(({ old, now }) => old && isNews(old) && now.handedTo === id).length;
  demand(told === due, 'news is told', () => `exe_${id} was told ${told} of ${due} things`);
}

/** What was handed to an execution that never began is news again. */
function checkNewsAgain({ id }: ExecutionRow, { messages, prompts }: Changes, { mirror }: World): void {
  const again = [...messages, ...prompts].filter(({ old, now }) => old?.handedTo === id && now.handedTo === null);
  const told = [...mirror.messages.values(), ...mirror.answers.values()].filter(({ handedTo }) => handedTo === id);
  const lost = told.length - again.length;
  demand(lost === 0, 'no news is lost', () => `exe_${id} never began and was told ${lost} things that nobody was`);
}

function checkNewExecution(execution: ExecutionRow, { bids }: Changes, { mirror }: World): void {
  const name = `exe_${execution.id}`;
  const bid = bids.find(({ now }) => now.id === execution.bid)?.now;
  const isBought = bid?.status === 'won' && bid.attempt === execution.attempt && bid.price === execution.price;
  demand(isBought, 'nothing runs unpaid', () => `${name} has no bid that won`);
  const isFor = bid.agent === execution.agent && bid.payer === execution.payer;
  demand(isFor && String(bid.bundle) === String(execution.bundle), 'what was bought is had', () => `${name} differs`);
  demand(execution.state === 'allocated', 'an execution begins allocated', () => `${name} is ${execution.state}`);
  const cost = costOf(execution.bundle, mirror.prices);
  demand(execution.reserve === cost, 'the reserve is told', () => `${name} says ${execution.reserve}, not ${cost}`);
  const attention = execution.bundle[3] === 1 ? mirror.prices[3] : 0;
  const isTold = execution.attentionPrice === attention && execution.holdsAttention === (execution.bundle[3] === 1);
  demand(isTold, 'attention is told', () => `${name} says ${execution.attentionPrice}, not ${attention}`);
}

/** After a fault the bid is queued again unless nobody is there for it, nothing is left, or the operator wanted the end. */
function checkQueuedAgain(execution: ExecutionRow, { bids }: Changes, { mirror, available }: World): void {
  const bid = bids.find(({ now }) => now.id === execution.bid)?.now;
  const isQueued = bid?.status === 'pending' && bid.attempt === execution.attempt + 1;
  const people = [mirror.agents.get(execution.agent), mirror.agents.get(execution.payer)];
  const areThere = people.every((agent) => agent !== undefined && agent.status !== 'dead' && !agent.stopped);
  const mayBe = execution.outcome === 'system_fault' && !execution.stopRequested && areThere;
  // What was won by lot offered nothing: its agent waits to be drawn again instead.
  const isDue = mayBe && execution.price > 0 && available(execution.payer) > 0;
  demand(isQueued || !isDue, 'a fault costs nobody its turn', () => `bid_${execution.bid} is not queued again`);
  demand(
    !isQueued || (mayBe && execution.price > 0),
    'only a fault is tried again',
    () => `bid_${execution.bid} is queued again`,
  );
}

function checkPrompt({ old, now }: Change<PromptRow>, world: World, changes: Changes): void {
  const name = `prompt_${now.id}`;
  if (!old) {
    const execution = world.mirror.executions.get(now.execution);
    const may = execution?.state === 'running' && execution.bundle[3] === 1 && execution.agent === now.agent;
    demand(may, 'prompts are paid for', () => `${name} is shown by exe_${now.execution}`);
    const waiting = [...world.mirror.prompts.values(), ...world.mirror.answers.values()];
    const isOpen = now.request === null || world.mirror.requests.has(now.request);
    demand(isOpen, 'prompts answer open requests', () => `${name} answers request_${now.request}`);
    const isOnly = waiting.every((prompt) => prompt.execution !== now.execution);
    demand(isOnly, 'one prompt per execution', () => `exe_${now.execution} shows a second one`);
  } else if (old.status !== now.status) {
    const isLegal = old.status === 'queued' ? now.status === 'open' : old.status === 'open';
    demand(isLegal, 'prompts take their turn', () => `${name} went from ${old.status} to ${now.status}`);
  }
  checkHanding(name, now.agent, old?.handedTo ?? null, now.handedTo, world, changes);
}

/** It is published open, and its time stays what it was. */
function checkRequest({ old, now }: Change<RequestRow>): void {
  const name = `request_${now.id}`;
  if (!old)
    demand(now.closedAt === null && now.answeredBy === null, 'a request begins open', () => `${name} is closed`);
  else demand(now.until === old.until, 'a request stays what it is', () => `${name} lasts until ${now.until}`);
}

/** What an agent is told it is told once, by an execution that starts; it is news again if that one never began. */
function checkHanding(
  name: string,
  agent: string,
  old: number | null,
  now: number | null,
  { mirror }: World,
  { executions }: Changes,
): void {
  if (old === now) return;
  const execution = executions.find((change) => change.now.id === (now ?? old));
  const starts = execution?.old?.state === 'allocated' && execution.now.state === 'starting';
  const fails = execution?.now.state === 'settled' && mirror.executions.get(execution.now.id)?.state !== 'settled';
  const isTold = old === null && starts && execution.now.agent === agent;
  const isLegal = now === null ? fails : isTold;
  demand(isLegal, 'news is told once', () => `${name} went from ${old} to ${now}`);
}

function checkAgent({ old, now }: Change<AgentRow>, { moment, mirror, config }: World): void {
  if (!old) {
    const lineage = now.parent === null ? now.id : mirror.agents.get(now.parent)?.lineage;
    demand(now.lineage === lineage, 'children have a lineage', () => `${now.id} is of ${now.lineage}`);
    return;
  }
  demand(old.parent === now.parent && old.lineage === now.lineage, 'descent stays', () => `${now.id} changed`);
  if (old.status === now.status) return;
  const isCleared = moment.cycle !== mirror.moment.cycle && !moment.paused;
  const way = `${old.status} ${now.status}`;
  const due = moment.cycle - cyclesOf(config.lifecycle.dormant_seconds, config.market.cycle_seconds);
  const isLegal =
    now.status === 'alive' ||
    (way === 'alive dormant' && isCleared && now.dormantSince === moment.cycle) ||
    (way === 'dormant dead' && isCleared && (old.dormantSince ?? Infinity) <= due);
  demand(isLegal, 'lives take their time', () => `${now.id} went from ${way} (dormant since ${old.dormantSince})`);
  const revived = old.status !== 'dead' || now.life === old.life + 1;
  demand(revived, 'the dead come back by hand alone', () => `${now.id} lives again in life ${now.life}`);
}
