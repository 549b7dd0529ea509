import type { Change as RawChange, RawRow } from '../../store/change-log.ts';
import { demand, Finding } from './finding.ts';
import type { Mirror } from './mirror.ts';
import {
  readAgent,
  readBid,
  readCall,
  readExecution,
  readLot,
  readMessage,
  readOrder,
  readPrompt,
  readRequest,
  readRoyalty,
  type AgentRow,
  type BidRow,
  type CallRow,
  type ExecutionRow,
  type LotRow,
  type MessageRow,
  type OrderRow,
  type PromptRow,
  type RequestRow,
  type RoyaltyRow,
} from './rows.ts';

/** One row before and after; without `old` it is new. */
export interface Change<Row> {
  readonly old: Row | undefined;
  readonly now: Row;
}

/** What one transaction changed, against what the auditor knew. */
export interface Changes {
  readonly bids: readonly Change<BidRow>[];
  readonly executions: readonly Change<ExecutionRow>[];
  readonly prompts: readonly Change<PromptRow>[];
  readonly agents: readonly Change<AgentRow>[];
  readonly messages: readonly Change<MessageRow>[];
  readonly requests: readonly Change<RequestRow>[];
  readonly lots: readonly Change<LotRow>[];
  /** Rows that are never changed. */
  readonly royalties: readonly RoyaltyRow[];
  readonly calls: readonly Change<CallRow>[];
  readonly orders: readonly Change<OrderRow>[];
}

const RULE = 'what is over stays over';

/** Sets each changed row beside the one that was known; a row that the auditor had closed must not come back. */
export function compare(raw: readonly RawChange[], mirror: Mirror): Changes {
  const bids: Change<BidRow>[] = [];
  const executions: Change<ExecutionRow>[] = [];
  const prompts: Change<PromptRow>[] = [];
  const agents: Change<AgentRow>[] = [];
  const messages: Change<MessageRow>[] = [];
  const requests: Change<RequestRow>[] = [];
  const royalties: RoyaltyRow[] = [];
  const calls: Change<CallRow>[] = [];
  const orders: Change<OrderRow>[] = [];
  const lots: Change<LotRow>[] = [];
  // The bid that began an order tells its bundle.
  const isOrder = ({ table }: RawChange) => table === 'standing_orders';
  for (const { table, key, row } of [...raw.filter((one) => !isOrder(one)), ...raw.filter(isOrder)]) {
    const id = Number(key);
    if (!row) {
      forget(table, key, mirror);
      continue;
    }
    switch (table) {
      case 'bids': {
        bids.push(...bidChange(id, readBid(row), mirror));
        break;
      }
      case 'executions': {
        executions.push(...executionChange(id, readExecution(row), mirror));
        break;
      }
      case 'prompts': {
        const [old, now] = [mirror.prompts.get(id) ?? mirror.answers.get(id), readPrompt(row)];
        if (!old && id <= mirror.lastPrompt) throw new Finding(RULE, `prompt_${id} changed after it was handed over`);
        prompts.push({ old, now });
        break;
      }
      case 'messages': {
        const [old, now] = [mirror.messages.get(id), readMessage(row)];
        if (!old && id <= mirror.lastMessage) throw new Finding(RULE, `msg_${id} changed after it was handed over`);
        messages.push({ old, now });
        break;
      }
      case 'requests': {
        const [old, now] = [mirror.requests.get(id), readRequest(row)];
        // Of a closed one an answer can still be noted.
        if (!old && id <= mirror.lastRequest) demand(now.closedAt !== null, RULE, () => `request_${id} is open again`);
        else requests.push({ old, now });
        break;
      }
      case 'royalties':
        royalties.push(newRoyalty(readRoyalty(row), mirror));
        break;
      case 'model_calls': {
        const [old, now] = [mirror.calls.get(id), readCall(row)];
        if (!old && id <= mirror.lastCall) throw new Finding(RULE, `call ${id} changed after it had ended`);
        calls.push({ old, now });
        break;
      }
      case 'standing_orders':
        orders.push(orderChange(id, row, bids, mirror));
        break;
      case 'lots':
        lots.push(lotChange(id, readLot(row), mirror));
        break;
      case 'agents': {
        const now = readAgent(row);
        agents.push({ old: mirror.agents.get(now.id), now });
        break;
      }
    }
  }
  return { bids, executions, prompts, agents, messages, requests, royalties, calls, orders, lots };
}

function forget(table: RawChange['table'], key: RawChange['key'], mirror: Mirror): void {
  const id = Number(key);
  // Ended calls are forgotten with the cycles of their time.
  if (table === 'model_calls' && !mirror.calls.has(id)) return;
  const forgotten = table === 'messages' && mirror.messages.get(id)?.handedTo !== null;
  if (!forgotten) throw new Finding('nothing is deleted', `${table} ${key} is gone`);
  mirror.messages.delete(id);
}

function bidChange(id: number, now: BidRow, mirror: Mirror): readonly Change<BidRow>[] {
  const old = mirror.bids.get(id);
  const isOver = !old && id <= mirror.lastBid;
  // The settlement of an execution drops the payload of its bid.
  if (isOver) demand(now.status !== 'pending', RULE, () => `bid_${id} is ${now.status} again`);
  return isOver ? [] : [{ old, now }];
}

function executionChange(id: number, now: ExecutionRow, mirror: Mirror): readonly Change<ExecutionRow>[] {
  const old = mirror.executions.get(id);
  const isOver = !old && id <= mirror.lastExecution;
  if (isOver) demand(now.state === 'settled' && !now.holdsAttention, RULE, () => `exe_${id} is ${now.state} again`);
  return isOver ? [] : [{ old, now }];
}

/** The bid that began it tells its bundle. */
function orderChange(id: number, row: RawRow, bids: readonly Change<BidRow>[], mirror: Mirror): Change<OrderRow> {
  const old = mirror.orders.get(id);
  const began = bids.find(({ now }) => now.id === id)?.now ?? mirror.bids.get(id);
  const bundle = old?.bundle ?? began?.bundle;
  if (!bundle) throw new Finding(RULE, `the order of bid_${id} changed after its end`);
  return { old, now: readOrder(row, bundle) };
}

function lotChange(id: number, now: LotRow, mirror: Mirror): Change<LotRow> {
  const old = mirror.lots.get(id);
  if (!old && id <= mirror.lastLot) throw new Finding(RULE, `lot ${id} changed after it was over`);
  return { old, now };
}

function newRoyalty(now: RoyaltyRow, mirror: Mirror): RoyaltyRow {
  const isNew = !mirror.royaltiesOf(now.agent).some((old) => old.place === now.place);
  demand(isNew, RULE, () => `what ${now.agent} owes in place ${now.place} was changed`);
  return now;
}

/** Takes the changes over into what is known, and forgets what is over. */
export function adopt(
  { bids, executions, prompts, agents, messages, requests, royalties, calls, orders, lots }: Changes,
  mirror: Mirror,
): void {
  for (const { now } of agents) mirror.agents.set(now.id, now);
  for (const royalty of royalties) mirror.royalties.set(royalty.agent, [...mirror.royaltiesOf(royalty.agent), royalty]);
  for (const { old, now } of byId(executions)) {
    mirror.lastExecution = Math.max(mirror.lastExecution, now.id);
    if (!old && now.bundle[3] === 1) {
      mirror.granted({ execution: now.id, agent: now.agent, lineage: now.lineage, isVoid: false });
      mirror.hears(now);
      if (now.price > 0 && now.payer === now.agent) mirror.letterBundles.set(now.agent, now.bundle);
      mirror.sinceLot = now.price === 0 ? 0 : mirror.sinceLot + 1;
    }
    if (now.state === 'settled') mirror.waitedSince.delete(now.agent);
    if (now.state !== 'settled' || now.holdsAttention) mirror.executions.set(now.id, now);
    else mirror.executions.delete(now.id);
  }
  for (const { now } of lots) {
    mirror.lastLot = Math.max(mirror.lastLot, now.id);
    if (now.status === 'waiting') mirror.waitedSince.add(now.agent);
    if (now.status === 'waiting') mirror.lots.set(now.id, now);
    else mirror.lots.delete(now.id);
  }
  for (const { now } of executions) if (mirror.behind.has(now.id)) mirror.behind.set(now.id, now);
  for (const { old, now } of byId(bids)) {
    if (!old && now.payer === now.agent && now.hold !== null) mirror.lastBundles.set(now.agent, now.bundle);
    mirror.lastBid = Math.max(mirror.lastBid, now.id);
    if (now.status === 'pending' || now.status === 'won') mirror.bids.set(now.id, now);
    else mirror.bids.delete(now.id);
  }
  for (const { now } of prompts) {
    mirror.lastPrompt = Math.max(mirror.lastPrompt, now.id);
    const waits = now.status === 'open' || now.status === 'queued';
    const execution = mirror.executions.get(now.execution);
    if (waits) mirror.prompts.set(now.id, now);
    if (waits && execution) mirror.behind.set(now.execution, execution);
    if (now.status === 'scored' || now.status === 'skipped') mirror.noteAnswer(now);
    if (!waits) {
      mirror.prompts.delete(now.id);
      mirror.behind.delete(now.execution);
      keepUntilHanded(mirror, mirror.answers, now);
    }
  }
  for (const { now } of orders)
    if (now.ended === null) mirror.orders.set(now.id, now);
    else mirror.orders.delete(now.id);
  for (const { now } of requests) {
    mirror.lastRequest = Math.max(mirror.lastRequest, now.id);
    if (now.closedAt === null) mirror.requests.set(now.id, now);
    else mirror.requests.delete(now.id);
  }
  for (const { now } of calls) {
    mirror.lastCall = Math.max(mirror.lastCall, now.id);
    if (now.outcome === null) mirror.calls.set(now.id, now);
    else mirror.calls.delete(now.id);
  }
  for (const { now } of messages) {
    mirror.lastMessage = Math.max(mirror.lastMessage, now.id);
    keepUntilHanded(mirror, mirror.messages, now);
  }
  for (const { now } of executions) if (now.state === 'settled') forgetSettled(now, mirror);
}

/** A lot goes before what is bought in its cycle. */
function byId<Row extends { readonly id: number }>(changes: readonly Change<Row>[]): readonly Change<Row>[] {
  return [...changes].sort((a, b) => a.now.id - b.now.id);
}

function keepUntilHanded<Row extends { readonly id: number; readonly handedTo: number | null }>(
  mirror: Mirror,
  rows: Map<number, Row>,
  row: Row,
): void {
  const { state = 'settled' } = mirror.executions.get(row.handedTo ?? 0) ?? {};
  const isOver = row.handedTo !== null && state === 'settled';
  if (isOver) rows.delete(row.id);
  else rows.set(row.id, row);
}

function forgetSettled(execution: ExecutionRow, mirror: Mirror): void {
  const bid = mirror.bids.get(execution.bid);
  if (bid?.status === 'won' && bid.attempt === execution.attempt) mirror.bids.delete(bid.id);
  for (const rows of [mirror.answers, mirror.messages])
    for (const { id, handedTo } of rows.values()) if (handedTo === execution.id) rows.delete(id);
  const hasPrompt = [...mirror.prompts.values(), ...mirror.answers.values()].some(
    (prompt) => prompt.execution === execution.id,
  );
  const grant = mirror.grants.find((candidate) => candidate.execution === execution.id);
  if (grant && execution.outcome === 'system_fault' && !hasPrompt) grant.isVoid = true;
  if (execution.outcome === 'system_fault' && !hasPrompt) mirror.unhears(execution);
}
