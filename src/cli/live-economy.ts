import { inUnits, RESOURCES, type Resource } from '../domain/resources.ts';
import { micro } from '../domain/credits.ts';
import { formatId } from '../domain/ids.ts';
import type { MarketEvent } from '../orchestrator/deps.ts';
import type { EconomyView, MarketView, Terminal } from '../terminal/view.ts';
import type { Home } from './deps.ts';
import { eventLine } from './event-lines.ts';

/** Events that the live view can choose from. */
const EVENTS_KEPT = 20;

/** What the operator sees of a running economy, composed from its database and from what the market tells. */
export class LiveEconomy {
  readonly #home: Home;
  readonly #terminal: Terminal;
  readonly #events: string[] = [];
  #clearedAt: number | null = null;
  #isStopping = false;
  #isStale = true;
  #seenVersion = -1;

  constructor(home: Home, terminal: Terminal) {
    this.#home = home;
    this.#terminal = terminal;
  }

  /** Never throws: it is called from within the market's own work. */
  note(event: MarketEvent): void {
    this.#isStale = true;
    const line = eventLine(event);
    if (line) this.#say(line.text, line.stays);
    if (event.kind !== 'cycle') return;
    this.#clearedAt = this.#home.economy.clock.monotonic();
    try {
      this.refresh();
    } catch {
      // The next refresh, outside of the market's work, meets the same fault and tells it.
      this.#isStale = true;
    }
  }

  /** One line that stays. */
  say(text: string): void {
    this.#isStale = true;
    this.#say(text, true);
  }

  /** Nothing more is launched. */
  stopping(): void {
    this.#isStopping = true;
    this.#isStale = true;
  }

  /** Shows the state of things where it may have changed since the last time. */
  refresh(): void {
    const { store } = this.#home.economy;
    // A line for each cycle begins with the first one.
    if (!this.#terminal.interactive && this.#clearedAt === null) return;
    const version = store.dataVersion();
    if (!this.#isStale && version === this.#seenVersion) return;
    this.#terminal.show(store.read(() => this.#view()));
    this.#seenVersion = version;
    this.#isStale = false;
  }

  #say(text: string, stays: boolean): void {
    // Without a live view every line stays.
    if (stays || !this.#terminal.interactive) this.#terminal.event(text);
    else this.#events.push(text);
    if (this.#events.length > EVENTS_KEPT) this.#events.shift();
  }

  #view(): EconomyView {
    const { store } = this.#home.economy;
    const state = store.state.get();
    const agents = store.agents.counts();
    return {
      cycle: state.cycle,
      next_cycle_in_ms: this.#nextCycleInMs(),
      state: this.#isStopping ? 'stopping' : state.pausedReason === null ? 'running' : 'paused',
      notice: state.pausedReason ?? this.#notice(agents),
      agents,
      credits: this.#credits(),
      markets: this.#markets(),
      prompts: this.#prompts(),
      executions: this.#executions(),
      events: [...this.#events],
    };
  }

  #notice({ alive, dormant, dead }: EconomyView['agents']): string | null {
    return alive + dormant + dead === 0 ? 'no agents: bp-agents bootstrap makes genesis' : null;
  }

  #nextCycleInMs(): number | null {
    if (this.#clearedAt === null || this.#isStopping) return null;
    const { clock, config } = this.#home.economy;
    return Math.max(0, this.#clearedAt + config.market.cycle_seconds * 1000 - clock.monotonic());
  }

  #credits(): EconomyView['credits'] {
    const { accounts } = this.#home.economy.store;
    const { posted: held, pending } = accounts.agents();
    return {
      issued: micro(0 - accounts.balance('system:issuance').posted),
      burned: accounts.balance('system:burn').posted,
      held,
      pending,
    };
  }

  #markets(): EconomyView['markets'] {
    const { store, derived } = this.#home.economy;
    const rows = store.markets.all();
    const prices = store.markets.prices();
    const view = (resource: Resource): MarketView => ({
      price: prices[resource],
      supply: inUnits(resource, derived.supply),
      utilisation: rows[resource]?.utilisation ?? 0,
    });
    return Object.fromEntries(RESOURCES.map((resource) => [resource, view(resource)])) as EconomyView['markets'];
  }

  #prompts(): EconomyView['prompts'] {
    const { store, config } = this.#home.economy;
    const { humanAway, runningMs } = store.state.get();
    const open = store.prompts.open();
    const openMs = runningMs - (open?.openedRunningMs ?? 0) + this.#sinceClearedMs();
    return {
      open: open
        ? {
            id: formatId('prompt', open.id),
            agent_id: open.agentId,
            expires_in_ms: Math.max(0, config.attention.prompt_ttl_seconds * 1000 - openMs),
          }
        : null,
      queued: store.prompts.counts().queued,
      away: humanAway,
    };
  }

  /** Running time is counted at each cycle. */
  #sinceClearedMs(): number {
    return this.#clearedAt === null ? 0 : this.#home.economy.clock.monotonic() - this.#clearedAt;
  }

  #executions(): EconomyView['executions'] {
    const { store, clock } = this.#home.economy;
    return store.executions.unsettled().map(({ id, agentId, startedAt, allocatedAt }) => ({
      id: formatId('execution', id),
      agent_id: agentId,
      running_ms: Math.max(0, clock.now() - (startedAt ?? allocatedAt)),
    }));
  }
}
