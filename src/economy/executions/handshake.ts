import type { Execution } from '../../domain/execution.ts';
import { formatId } from '../../domain/ids.ts';
import { bundleView } from '../../domain/resources.ts';
import { toShare } from '../../domain/royalty.ts';
import { shortAdviceView } from '../views/advice-view.ts';
import { lotView } from '../attention/lot-charge.ts';
import { bidView } from '../views/bid-view.ts';
import { orderView } from '../views/order-view.ts';
import { balanceView } from '../views/balance-view.ts';
import { receiptView } from '../views/execution-view.ts';
import { minutesLeftForAgents } from '../views/human-time-view.ts';
import { marketsView } from '../views/market-view.ts';
import { messageView } from '../views/message-view.ts';
import { openRequestsBefore, openRequestView } from '../views/request-view.ts';
import { responseView } from '../views/prompt-view.ts';
import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';

const SCHEMA_VERSION = 1;
const LINEAGE_MAX = 100;
/** A royalty ends when either side dies. */
const UNTIL = 'death';
const NEWEST = Number.MAX_SAFE_INTEGER;

/** What the agent is to find. */
export interface ExecutionStart {
  readonly serviceUrl: string;
  /** Where it can read the operator's materials, and how much they are; null where there are none. */
  readonly materials: { readonly path: string; readonly files: number; readonly bytes: number } | null;
  /** The newest request as its materials were looked at: files of later ones are not among them. */
  readonly newestRequestId?: number;
}

/** The content of `env.json`, schema version 1: docs/handshake.md and docs/handshake.schema.json. */
export function handshakeOf(
  deps: Economy,
  execution: Execution,
  { token, serviceUrl, materials, newestRequestId = NEWEST }: ExecutionStart & { readonly token: string },
) {
  const { [STORE]: store, clock, config } = deps;
  const { agentId } = execution;
  const { available, pending } = balanceView(deps, agentId);
  const { inbox_max: inboxMax, responses_max: responsesMax, bids_max: bidsMax } = config.handshake;
  const { requests_max: requestsMax } = config.handshake;
  const last = store.executions.ofAgent(agentId, execution.id, 1)[0];
  const payload = store.bids.payload(execution.bidId);
  return {
    schema_version: SCHEMA_VERSION,
    agent_id: agentId,
    execution_id: formatId('execution', execution.id),
    execution_token: token,
    service_url: serviceUrl,
    system_time: new Date(clock.now()).toISOString(),
    cycle: store.state.get().cycle,
    cycle_seconds: config.market.cycle_seconds,
    payer: execution.payerId,
    credits: { available, pending },
    execution_context: {
      ...bundleView(execution.bundle),
      wall_seconds: execution.wallMs / 1000,
      payload: payload === null ? null : (JSON.parse(payload) as unknown),
    },
    markets: marketsView(deps),
    human_minutes_left: minutesLeftForAgents(deps),
    inbox: store.messages.unhanded(agentId, inboxMax).map(messageView),
    responses: store.prompts.unhanded(agentId, responsesMax).map(responseView).reverse(),
    requests: openRequestsBefore(deps, NEWEST, requestsMax)
      .filter(({ id, files }) => files.length === 0 || id <= newestRequestId)
      .map(openRequestView),
    bids: store.bids.ofAgent(agentId, NEWEST, bidsMax).map(bidView),
    last_execution: last === undefined ? null : receiptView(last),
    standing_order: orderView(deps, agentId),
    advice: shortAdviceView(deps, agentId),
    lineage: ancestors(deps, agentId),
    royalty: royaltyOwed(deps, agentId),
    lot: lotView(deps, execution.id),
    materials,
  };
}

/** The share of each reward that goes on, to its parent first; null where it owes none. */
function royaltyOwed({ [STORE]: store }: Economy, agentId: string) {
  const [first, ...others] = store.royalties
    .inForce(agentId)
    .map(({ toId, sharePpm }) => ({ to: toId, share: toShare(sharePpm) }));
  return first === undefined ? null : { ...first, until: UNTIL, others };
}

/** Parent, grandparent and so on; at most the nearest hundred. */
export function ancestors({ [STORE]: store }: Economy, agentId: string): readonly string[] {
  const line: string[] = [];
  let parent = store.agents.find(agentId)?.parentId ?? null;
  while (parent !== null && line.length < LINEAGE_MAX) {
    line.push(parent);
    parent = store.agents.find(parent)?.parentId ?? null;
  }
  return line;
}
