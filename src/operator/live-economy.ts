import type { MarketEvent } from '../domain/market-event.ts';
import { formatId } from '../domain/ids.ts';
import type { Economy } from '../economy/economy.ts';
import { DATABASE_HELD, glanceView, stateOf } from '../economy/views/status-view.ts';
import type { LiveView, OpenPromptView, RunningView } from './views/live-view.ts';
import { spentNotice } from '../domain/minutes-text.ts';
import { changeMark, snapshot } from '../economy/snapshot.ts';
import { isHushed } from '../economy/attention/prompt-slot.ts';
import { unsettledExecutions } from '../economy/views/execution-view.ts';
import { comingText } from './views/coming-text.ts';
import { openPrompt } from '../economy/views/prompt-view.ts';

/** What the operator sees of a running economy, composed from its database and from what the market tells. */
export class LiveEconomy {
  readonly #economy: Economy;
  #clearedAt: number | null = null;
  #isStopping = false;
  #isLocked = false;
  #isStale = true;
  #seenMark = '';

  constructor(economy: Economy) {
    this.#economy = economy;
  }

  /** Whether this run has cleared a cycle yet. */
  get hasCleared(): boolean {
    return this.#clearedAt !== null;
  }

  /** Something happened: what was seen before may be old. */
  note(event: MarketEvent): void {
    this.#isStale = true;
    if (event.kind === 'locked' || event.kind === 'unlocked') this.#isLocked = event.kind === 'locked';
    if (event.kind === 'cycle') this.#clearedAt = this.#economy.clock.monotonic();
  }

  /** Nothing more is launched. */
  stopping(): void {
    this.#isStopping = true;
    this.#isStale = true;
  }

  /** The state of things at this moment. */
  now(): LiveView {
    return snapshot(this.#economy, () => this.#view());
  }

  /** The state of things where it may have changed since the last time, undefined otherwise. */
  changed(): LiveView | undefined {
    const mark = changeMark(this.#economy);
    if (!this.#isStale && mark === this.#seenMark) return undefined;
    const view = this.now();
    this.#seenMark = mark;
    this.#isStale = false;
    return view;
  }

  #view(): LiveView {
    const glance = glanceView(this.#economy);
    const { agents } = glance;
    // A pause that is due to the database can't stand in it.
    const paused = this.#isLocked ? DATABASE_HELD : glance.paused;
    const isEmpty = agents.alive + agents.dormant + agents.dead === 0;
    const state = this.#isStopping ? 'stopping' : paused === null ? 'running' : 'paused';
    const isUnasked = glance.human_away || glance.quiet_until !== null || glance.human_time.spent !== null;
    const isWaiting = state === 'running' && !isEmpty && !isUnasked && glance.prompts.open === 0;
    return {
      ...glance,
      paused,
      state,
      next_cycle_in_ms: this.#nextCycleInMs(),
      notice: paused ?? (isEmpty ? 'no agents: bp-agents bootstrap makes genesis' : hushNotice(glance)),
      open_prompt: this.#openPrompt(),
      running: this.#running(),
      coming: isWaiting ? comingText(this.#economy, glance.cycle) : null,
    };
  }

  #nextCycleInMs(): number | null {
    if (this.#clearedAt === null || this.#isStopping || this.#isPausedByOperator()) return null;
    const { clock, config } = this.#economy;
    return Math.max(0, this.#clearedAt + config.market.cycle_seconds * 1000 - clock.monotonic());
  }

  #openPrompt(): OpenPromptView | null {
    const { config } = this.#economy;
    const open = openPrompt(this.#economy);
    if (!open) return null;
    const openMs = stateOf(this.#economy).runningMs - (open.openedRunningMs ?? 0) + this.#sinceClearedMs();
    return {
      id: formatId('prompt', open.id),
      agent_id: open.agentId,
      request_id: open.requestId === null ? null : formatId('request', open.requestId),
      files: open.files.map(({ name, bytes }) => ({ name, bytes })),
      expires_in_ms: Math.max(0, config.attention.prompt_ttl_seconds * 1000 - openMs),
    };
  }

  #isPausedByOperator(): boolean {
    return stateOf(this.#economy).operatorPause !== null;
  }

  /** Running time is counted at each cycle, and stands still in a pause; a prompt's too while nobody is to be asked. */
  #sinceClearedMs(): number {
    if (this.#clearedAt === null || this.#isPausedByOperator() || isHushed(this.#economy)) return 0;
    return this.#economy.clock.monotonic() - this.#clearedAt;
  }

  #running(): readonly RunningView[] {
    const { clock } = this.#economy;
    return unsettledExecutions(this.#economy).map(({ id, agentId, startedAt, allocatedAt }) => ({
      id: formatId('execution', id),
      agent_id: agentId,
      running_ms: Math.max(0, clock.now() - (startedAt ?? allocatedAt)),
    }));
  }
}

/** Why nobody is asked, by the clock or since the operator has given what they wanted to give. */
function hushNotice({ quiet_until: until, human_time: time }: ReturnType<typeof glanceView>): string | null {
  return until === null ? spentNotice(time) : `quiet hours: nobody is asked until ${until}`;
}
