import type { Config } from '../../config/schema.ts';
import type { Books } from './books.ts';
import type { Changes } from './changes.ts';
import { demand } from './finding.ts';
import type { Mirror, Moment } from './mirror.ts';
import { costOf, cyclesOf, fitsInto } from './reckoning.ts';
import type { BidRow, ExecutionRow, LotRow, Quad } from './rows.ts';

// What docs/market.md says of lots.

interface Options {
  readonly mirror: Mirror;
  readonly config: Config;
  readonly supply: Quad;
  /** After the transaction, as the books are. */
  readonly moment: Moment;
  readonly books: Books;
}

/** The execution that was won by lot in this transaction. */
export function lotOf({ executions }: Pick<Changes, 'executions'>): ExecutionRow | undefined {
  return executions.find(({ old, now }) => !old && now.price === 0)?.now;
}

/** Its bid offers nothing, holds nothing and has won at once. */
export function isLotBid({ amount, hold, price, status }: BidRow): boolean {
  return amount === 0 && hold === null && price === 0 && status === 'won';
}

/** Waits begin with an execution's end, or instead of everything else; who is drawn has waited. */
export function checkLots(changes: Changes, options: Options): void {
  const { mirror, moment } = options;
  for (const change of changes.lots) {
    const { old, now } = change;
    const name = `lot ${now.id} of ${now.agent}`;
    const isSettled = changes.executions.some(
      (execution) => execution.now.agent === now.agent && execution.now.state === 'settled',
    );
    if (!old || old.placed !== now.placed) {
      demand(now.status === 'waiting', 'a wait begins as one', () => `${name} is ${now.status}`);
      const isFirst = isSettled || !mirror.waitedSince.has(now.agent);
      demand(isFirst, 'one wait for each execution', () => `${name} is a second one`);
      checkPoor(now, changes, options);
    } else if (now.status === 'drawn') checkTicket(now, changes);
    else if (now.status === 'ended' && !isSettled) checkEnd(now, changes, options);
    const isSame = !old || (old.agent === now.agent && old.lineage === now.lineage && old.status === 'waiting');
    demand(isSame, 'a wait stays what it is', () => `${name} changed`);
  }
  checkFew(changes, options);
  const won = changes.executions.filter(({ old, now }) => !old && now.price === 0);
  demand(won.length <= 1, 'one lot at a time', () => `${won.length} were drawn`);
  const isCleared = moment.cycle !== mirror.moment.cycle && !moment.paused;
  for (const { now } of won) {
    demand(isCleared && !moment.humanAway, 'lots are drawn in a cycle', () => `exe_${now.id} was drawn`);
    checkDrawn(now, changes, options);
  }
}

/** What its bids hold is its own, and so is what it gave away lately. */
function checkPoor({ id, agent }: LotRow, { bids, prompts }: Changes, options: Options): void {
  const { mirror, config, moment, books, supply } = options;
  const standing = new Map([...mirror.bids.values(), ...bids.map(({ now }) => now)].map((bid) => [bid.id, bid]));
  const shown = new Map([...mirror.prompts.values(), ...prompts.map(({ now }) => now)].map((one) => [one.id, one]));
  const comes =
    [...standing.values()].some((bid) => bid.agent === agent && bid.status === 'pending' && bid.bundle[3] === 1) ||
    [...shown.values()].some((one) => one.agent === agent && (one.status === 'open' || one.status === 'queued'));
  demand(!comes, 'who waits has no attention coming', () => `lot ${id} of ${agent} began`);
  const own = bids.filter(({ old, now }) => !old && now.agent === agent && now.payer === agent).map(({ now }) => now);
  const newest = own.sort((a, b) => b.id - a.id)[0];
  const bought = mirror.letterBundles.get(agent) ?? newest?.bundle ?? mirror.lastBundles.get(agent);
  demand(bought !== undefined, 'who waits has bid before', () => `lot ${id} of ${agent} began`);
  const bundle: Quad = [...halved(bought, supply), 1];
  const cost = costOf(bundle, mirror.prices);
  const since = moment.cycle - cyclesOf(config.attention.lots.unheard_seconds, config.market.cycle_seconds);
  const had = books.posted(agent) + mirror.givenAfter(agent, since);
  demand(had < cost, 'who waits is poor', () => `${agent} has or had ${had}, and ${cost} is asked`);
  const ids = [...(mirror.answered.get(agent)?.keys() ?? [])].sort((a, b) => b - a);
  const last = ids.slice(0, config.attention.lots.answers);
  const earned = last.reduce((sum, prompt) => sum + (mirror.answered.get(agent)?.get(prompt) ?? 0), 0);
  const told = () => `${agent} earned ${earned} with ${last.length} prompts, and one costs ${cost}`;
  demand(earned >= cost * last.length, 'who waits is worth hearing', told);
}

function halved(bundle: Quad, supply: Quad): [number, number, number] {
  const least = (place: 0 | 1 | 2) => Math.min(bundle[place], Math.floor(supply[place] / 2));
  return [least(0), least(1), least(2)];
}

function checkTicket(lot: LotRow, { executions }: Changes): void {
  const drawn = executions.find(({ old, now }) => !old && now.id === lot.execution)?.now;
  const isDrawn = drawn?.price === 0 && drawn.agent === lot.agent;
  demand(isDrawn, 'who is drawn runs', () => `lot ${lot.id} of ${lot.agent} names exe_${lot.execution}`);
}

function checkEnd(lot: LotRow, { agents }: Changes, { mirror, config, moment }: Options): void {
  const waitedMs = moment.runningMs - lot.placed;
  const { share, wait_seconds: seconds } = config.attention.lots;
  const changed = agents.find(({ now }) => now.id === lot.agent)?.now;
  const { status, stopped = false } = changed ?? mirror.agents.get(lot.agent) ?? {};
  const isDue = share === 0 || waitedMs >= seconds * 1000 || status === 'dead' || stopped;
  demand(isDue, 'a wait has its time', () => `lot ${lot.id} of ${lot.agent} ended after ${waitedMs} ms`);
}

function checkFew({ lots }: Changes, { mirror, config }: Options): void {
  const begun = lots.filter(({ old }) => !old).map(({ now }) => now.lineage);
  for (const lineage of new Set(begun)) {
    const waiting = new Map([...mirror.lots.values(), ...lots.map(({ now }) => now)].map((lot) => [lot.id, lot]));
    const count = [...waiting.values()].filter((lot) => lot.lineage === lineage && lot.status === 'waiting').length;
    const most = config.attention.lots.waiting_max;
    demand(count <= most, 'few of a lineage wait', () => `${count} of ${lineage} wait`);
  }
}

/** One that waited and to which no attention comes, of a lineage that was not heard lately; and lots are few. */
function checkDrawn(lot: ExecutionRow, { lots }: Changes, { mirror, config }: Options): void {
  const { id, agent, lineage, cycle } = lot;
  const name = `exe_${id} of ${agent}`;
  const { share, unheard_seconds: unheard } = config.attention.lots;
  const ticket = lots.find(({ now }) => now.execution === id);
  const waited = ticket?.old?.status === 'waiting' && ticket.now.status === 'drawn' && ticket.now.agent === agent;
  demand(waited, 'who is drawn has waited', () => `${name} did not wait for a lot`);
  const comes =
    mirror.pending().some((bid) => bid.agent === agent && bid.bundle[3] === 1) ||
    [...mirror.prompts.values()].some((prompt) => prompt.agent === agent);
  demand(!comes, 'who is drawn has no other attention', () => `${name} has`);
  const isDue = share > 0 && (mirror.sinceLot + 1) * share >= 1 - 1e-9;
  demand(isDue, 'lots are few', () => `${name} came after ${mirror.sinceLot} others`);
  const since = cycle - cyclesOf(unheard, config.market.cycle_seconds);
  demand(!mirror.wasHeardAfter(lineage, since), 'lots are for the unheard', () => `${lineage} was heard lately`);
}

/** It takes what is free when the cycle begins, and no more than half of what is sold. */
export function checkLotFits({ id, bundle }: ExecutionRow, free: Quad, supply: Quad): void {
  const half: Quad = [...halved(supply, supply), 1];
  const isWithin = fitsInto(bundle, free) && fitsInto(bundle, half);
  demand(isWithin, 'a lot takes what is free', () => `exe_${id} took ${bundle.join()} of ${free.join()}`);
}

/** After a cycle of the running market nobody waits longer than it may. */
export function checkWaits(mirror: Mirror, config: Config, moment: Moment): void {
  const { wait_seconds: seconds } = config.attention.lots;
  for (const { id, agent, placed } of mirror.lots.values())
    demand(moment.runningMs - placed < seconds * 1000, 'waits end', () => `lot ${id} of ${agent} goes on`);
}
