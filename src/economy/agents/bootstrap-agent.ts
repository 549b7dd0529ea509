import type { Agent, AgentFile } from '../../domain/agent.ts';
import { checkAmount, max, micro, min, toCredits, type MicroCredits } from '../../domain/credits.ts';
import { parseNewAgentId } from '../../domain/ids.ts';
import { accept, refuse, type Refusal, type Result } from '../../domain/refusal.ts';
import { bundleCost, checkBundle, type Bundle } from '../../domain/resources.ts';
import type { Template } from '../../domain/template.ts';
import { checkFiles } from '../../domain/workspace-files.ts';
import type { Economy } from '../economy.ts';
import { giveFiles, OPERATOR_FILES } from './agent-files.ts';
import { madeOf } from './made-of.ts';
import { issuanceRoom } from '../money/issuance.ts';
import { placeBid, type PlacedBid } from '../market/place-bid.ts';
import { STORE } from '../internal/store-key.ts';

export interface BootstrapOrder {
  readonly id: string;
  /** Written into the workspace before the first execution; undefined leaves a revived agent's own as they are. */
  readonly files: readonly AgentFile[] | undefined;
  readonly credits?: MicroCredits | undefined;
  readonly bundle?: Bundle | undefined;
  /** Files that were changed since they were given give way to these, too. */
  readonly overwrites?: boolean;
  /** Of the first bid; by default the reserve times `economy.bootstrap.bid_over_reserve`. */
  readonly amount?: MicroCredits | undefined;
  /** What a new agent is made of; its files are among `files`. */
  readonly template?: Template | undefined;
}

export interface BootstrappedAgent extends PlacedBid {
  readonly agentId: string;
  readonly life: number;
  readonly granted: MicroCredits;
  readonly amount: MicroCredits;
  /** Its first bid asks for attention while the human counts as away: it waits until that ends, and does not age. */
  readonly waitsForHuman: boolean;
}

/**
 * Makes a root agent by hand, or revives one that is dead or was stopped: grants credits and places its first bid. The only grant there is.
 * Refuses: `invalid_id`, what `checkAmount` refuses of the credits and `checkBundle` of the bundle, `agent_alive` (also while it is dormant), `balance_too_large`, what `checkFiles` refuses of the files and what `placeBid` refuses
 * of the bid.
 */
export function bootstrapAgent(deps: Economy, order: BootstrapOrder): Result<BootstrappedAgent> {
  const { [STORE]: store, clock, config } = deps;
  const granted = order.credits ?? config.economy.initial_credit_budget;
  const wrong = checkOrder(order);
  if (wrong) return wrong;
  return store.transaction(() => {
    const known = store.agents.find(order.id);
    if (known && known.status !== 'dead' && !known.stopped)
      return refuse(
        'agent_alive',
        `${order.id} is ${known.status}; choose another id, or revive it when it is dead or stopped`,
        {
          field: 'id',
        },
      );
    const badFiles = order.files && checkFiles(order.files, OPERATOR_FILES);
    if (badFiles) return badFiles;
    const room = issuanceRoom(deps);
    if (granted > room)
      return refuse('balance_too_large', `at most ${toCredits(room)} more credits can be issued here`, {
        field: 'credits',
        limit: toCredits(room),
      });
    const life = beginLife(deps, order, known);
    const { cycle, humanAway } = store.state.get();
    store.transfers.single({
      cycle,
      at: clock.now(),
      debit: 'system:issuance',
      credit: order.id,
      amount: granted,
      kind: 'genesis_grant',
      ref: `${order.id}/${life}`,
    });
    // Whatever an earlier life never got to must not mix with these.
    if (order.files) giveFiles(deps, order.id, order.files, { overwrites: order.overwrites === true, isNew: !known });
    const bundle = order.bundle ?? defaultBundle(deps, granted);
    const amount = order.amount ?? defaultAmount(deps, bundle, granted);
    const bid = placeBid(deps, order.id, { bundle, amount });
    const waitsForHuman = humanAway && bundle.attention === 1;
    return bid.ok ? accept({ agentId: order.id, life, granted, amount, waitsForHuman, ...bid.value }) : bid;
  });
}

function checkOrder({ id, credits, bundle }: BootstrapOrder): Refusal | undefined {
  const named = parseNewAgentId(id);
  if (!named.ok) return named;
  return (credits === undefined ? undefined : checkAmount(credits, 'credits')) ?? (bundle && checkBundle(bundle));
}

/** Whether any agent was ever made here. */
export function hasAgents({ [STORE]: store }: Economy): boolean {
  return store.agents.page(0, 1).length > 0;
}

function beginLife(deps: Economy, { id, template }: BootstrapOrder, known: Agent | undefined): number {
  const { [STORE]: store, clock } = deps;
  if (known) {
    store.agents.revive(id);
    return known.life + 1;
  }
  const { cycle, runningMs } = store.state.get();
  store.accounts.open(id);
  store.agents.insert({
    id,
    parentId: null,
    lineageId: id,
    bornCycle: cycle,
    bornRunningMs: runningMs,
    bornAt: clock.now(),
    madeOf: template && madeOf(deps, template),
  });
  return 1;
}

/**
 * `economy.bootstrap.bundle`, cut to what can be had. CPU and tokens are no more than the whole supply. Attention is
 * left out where there is nobody to ask, or where the grant can't pay for it. Then CPU is no more than the grant pays
 * for.
 */
function defaultBundle({ [STORE]: store, config, derived }: Economy, granted: MicroCredits): Bundle {
  const { cpu_seconds, memory_mb: memoryMb, attention } = config.economy.bootstrap.bundle;
  const prices = store.markets.prices();
  const cpuMs = Math.min(Math.round(cpu_seconds * 1000), derived.supply.cpuMs);
  const tokens = Math.min(config.economy.bootstrap.bundle.tokens, derived.supply.tokens);
  const whole: Bundle = { cpuMs, memoryMb, tokens, attention: derived.supply.attention > 0 ? attention : 0 };
  const quiet: Bundle = { ...whole, attention: 0 };
  const affordable = [whole, quiet].find((bundle) => bundleCost(bundle, prices) <= granted);
  if (affordable || prices.cpu_seconds === 0) return affordable ?? quiet;
  const rest = granted - bundleCost({ ...quiet, cpuMs: 0 }, prices);
  return { ...quiet, cpuMs: Math.max(1, Math.floor((rest * 1000) / prices.cpu_seconds)) };
}

/** Some headroom over the reserve, as far as the grant allows. */
function defaultAmount({ [STORE]: store, config }: Economy, bundle: Bundle, granted: MicroCredits): MicroCredits {
  const reserve = bundleCost(bundle, store.markets.prices());
  return max(reserve, min(granted, micro(Math.ceil(reserve * config.economy.bootstrap.bid_over_reserve))));
}
