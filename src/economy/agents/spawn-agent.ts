import type { AgentFile } from '../../domain/agent.ts';
import type { BidRequest } from '../../domain/bid.ts';
import { add, AMOUNT_MAX, checkAmount, micro, subtract, toCredits, type MicroCredits } from '../../domain/credits.ts';
import { parseNewAgentId } from '../../domain/ids.ts';
import { accept, refuse, type Refusal, type Result } from '../../domain/refusal.ts';
import { laidOver, type Template } from '../../domain/template.ts';
import { checkFiles, type FileLimits } from '../../domain/workspace-files.ts';
import { sumOfShares } from '../../domain/royalty.ts';
import type { Economy } from '../economy.ts';
import { checkRoyalty, royaltiesOfChild } from './agree-royalty.ts';
import { giveFiles } from './agent-files.ts';
import { madeOf } from './made-of.ts';
import { placeBid } from '../market/place-bid.ts';
import { leastEndowment } from '../views/market-view.ts';
import { STORE } from '../internal/store-key.ts';

const PARTS_PER_MILLION = 1_000_000;

export interface SpawnOrder {
  /** Made up where it is not given. */
  readonly id?: string | undefined;
  readonly initialCredits: MicroCredits;
  readonly firstBid: BidRequest;
  /** What it asks for of each reward of the child, in parts per million. */
  readonly royaltyPpm?: number | undefined;
  /** Laid over those of the template, where there is one. */
  readonly files: readonly AgentFile[];
  readonly template?: Template | undefined;
}

export interface SpawnedAgent {
  readonly agentId: string;
  readonly fee: MicroCredits;
  readonly bidId: number;
  /** What the child owes of each of its rewards in all, in parts per million. */
  readonly owedPpm: number;
  readonly available: MicroCredits;
}

/**
 * Makes a child, whole or not at all. The parent pays the fee and the endowment, the child's first bid is placed from the
 * endowment, and its files wait in the database until they are written.
 *
 * Refuses: `invalid_id`, what `checkAmount` refuses of the endowment, `agent_exists`, `template_not_ready`,
 * `endowment_too_small`, `insufficient_credits`, what `checkRoyalty` refuses of the royalty, what `checkFiles` refuses of the files and what `placeBid` refuses of
 * `first_bid`.
 */
export function spawnAgent(deps: Economy, parentId: string, order: SpawnOrder): Result<SpawnedAgent> {
  const { [STORE]: store, clock } = deps;
  return store.transaction(() => {
    const childId = order.id ?? madeUpId(deps);
    const fee = spawnFee(deps, parentId);
    const refusal = checkOrder(deps, parentId, childId, fee, order);
    if (refusal) return refusal;

    const { cycle, runningMs } = store.state.get();
    const at = clock.now();
    const lineageId = store.agents.find(parentId)?.lineageId ?? parentId;
    const made = order.template && madeOf(deps, order.template);
    const born = { bornCycle: cycle, bornRunningMs: runningMs, bornAt: at };
    store.accounts.open(childId);
    store.agents.insert({ id: childId, parentId, lineageId, ...born, madeOf: made });
    const paid = { cycle, at, debit: parentId, ref: childId };
    if (fee > 0) store.transfers.single({ ...paid, credit: 'system:fees', amount: fee, kind: 'spawn_fee' });
    store.transfers.single({ ...paid, credit: childId, amount: order.initialCredits, kind: 'spawn_endowment' });
    const owed = royaltiesOfChild(deps, parentId, order.royaltyPpm ?? 0);
    for (const royalty of owed) store.royalties.insert(childId, royalty);
    giveFiles(deps, childId, filesOf(order), { overwrites: false, isNew: true });
    const bid = placeBid(deps, childId, order.firstBid);
    if (!bid.ok) return bid.field === undefined ? bid : { ...bid, field: `first_bid.${bid.field}` };
    const available = store.accounts.available(parentId);
    return accept({ agentId: childId, fee, bidId: bid.value.bidId, owedPpm: sumOfShares(owed), available });
  });
}

/**
 * fee_base × fee_growthⁿ, rounded up; n is how many children were born in this lineage, dead ones too, within the
 * window of running time.
 */
export function spawnFee({ [STORE]: store, config }: Economy, parentId: string): MicroCredits {
  const { fee_base: base, fee_growth: growth, fee_window_seconds: windowSeconds } = config.economy.spawn;
  const lineageId = store.agents.find(parentId)?.lineageId ?? parentId;
  const born = store.agents.bornSince(lineageId, store.state.get().runningMs - windowSeconds * 1000);
  return growTo(base, Math.round(growth * PARTS_PER_MILLION), born);
}

/** base × (growth ÷ 10⁶)ⁿ, rounded up, at most what a transfer can carry; exact. */
function growTo(base: MicroCredits, growthPpm: number, births: number): MicroCredits {
  let numerator = BigInt(base);
  let denominator = 1n;
  for (let birth = 0; birth < births; birth += 1) {
    numerator *= BigInt(growthPpm);
    denominator *= BigInt(PARTS_PER_MILLION);
    if (numerator / denominator >= BigInt(AMOUNT_MAX)) return AMOUNT_MAX;
  }
  return micro(Number((numerator + denominator - 1n) / denominator));
}

function checkOrder(
  deps: Economy,
  parentId: string,
  childId: string,
  fee: MicroCredits,
  order: SpawnOrder,
): Refusal | undefined {
  const { [STORE]: store } = deps;
  const { initialCredits, template } = order;
  const id = parseNewAgentId(childId);
  const wrong = id.ok ? checkAmount(initialCredits, 'initial_credits') : id;
  if (wrong) return wrong;
  if (store.agents.find(childId))
    return refuse('agent_exists', 'id must be one that no agent has or had', { field: 'id' });
  if (template?.program && !store.programs.find(template.program.key))
    return refuse(
      'template_not_ready',
      `the program of ${template.name} is not in this home: only its operator can bring it, by making an agent of it`,
      { field: 'template' },
    );
  const badRoyalty = checkRoyalty(deps, parentId, order.royaltyPpm ?? 0);
  if (badRoyalty) return badRoyalty;
  const badFiles = checkFiles(filesOf(order), fileLimits(deps, order));
  if (badFiles) return badFiles;
  const least = leastEndowment(deps);
  if (initialCredits < least)
    return refuse('endowment_too_small', `initial_credits must be at least ${toCredits(least)}`, {
      field: 'initial_credits',
      limit: toCredits(least),
    });
  const available = store.accounts.available(parentId);
  const cost = add(fee, least);
  if (cost > available)
    return refuse(
      'insufficient_credits',
      `a child costs at least ${toCredits(cost)}; ${toCredits(available)} is available`,
      {
        limit: toCredits(cost),
      },
    );
  const most = subtract(available, fee);
  if (initialCredits > most)
    return refuse('insufficient_credits', `initial_credits must be at most ${toCredits(most)}, which the fee leaves`, {
      field: 'initial_credits',
      limit: toCredits(most),
    });
  return undefined;
}

function filesOf({ template, files }: SpawnOrder): readonly AgentFile[] {
  return template ? laidOver(template, files) : files;
}

/** What a template brings doesn't count. */
function fileLimits({ config }: Economy, { template }: SpawnOrder): FileLimits {
  const { files_max: filesMax, files_bytes_max: bytesMax, path_chars_max: pathCharsMax } = config.economy.spawn;
  const brought = template?.files ?? [];
  const bytes = brought.reduce((sum, { content }) => sum + content.byteLength, 0);
  return { filesMax: filesMax + brought.length, bytesMax: bytesMax + bytes, pathCharsMax };
}

function madeUpId({ random }: Economy): string {
  return `agent-${Buffer.from(random.bytes(6)).toString('hex')}`;
}
