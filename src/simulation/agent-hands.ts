import type { AgentFile } from '../domain/agent.ts';
import { ceilCredits } from './prices.ts';
import { parseCredits, type MicroCredits } from '../domain/credits.ts';
import { parseId } from '../domain/ids.ts';
import { accept, refuse, type Result } from '../domain/refusal.ts';
import type { BundleView } from '../domain/resources.ts';
import { readBidRequest } from '../economy/market/bid-request.ts';
import { placeBid } from '../economy/market/place-bid.ts';
import { sendMessage } from '../economy/agents/send-message.ts';
import { parseShare } from '../domain/royalty.ts';
import { spawnAgent } from '../economy/agents/spawn-agent.ts';
import { submitPrompt, type PromptDraft } from '../economy/attention/submit-prompt.ts';
import { transferCredits } from '../economy/money/transfer-credits.ts';
import { adviceView } from '../economy/views/advice-view.ts';
import { withdrawBid } from '../economy/market/withdraw-bid.ts';
import type { Dice } from './dice.ts';
import type { DeskRequest } from './service-desk.ts';
import type { Container, Exit } from './simulated-engine.ts';

/** The parts of `env.json` that simulated agents read. */
export interface Handshake {
  readonly agent_id: string;
  readonly execution_id: string;
  readonly cycle: number;
  readonly credits: { readonly available: number };
  readonly execution_context: BundleView;
  readonly markets: Readonly<Record<keyof BundleView, { readonly price: number; readonly supply: number }>>;
  readonly inbox: readonly { readonly from: string; readonly content: string }[];
  readonly responses: readonly { readonly prompt_id: string; readonly reward: number; readonly status: string }[];
  readonly lineage: readonly string[];
  readonly requests: readonly { readonly id: string }[];
  readonly bids: readonly {
    readonly id: string;
    readonly agent_id: string;
    readonly payer: string;
    readonly status: string;
    readonly amount: number;
    readonly bundle: BundleView;
  }[];
}

/** What an agent is advised to bid. */
export interface Advised {
  readonly bundle: BundleView;
  /** Would have won often. */
  readonly amount: number;
  /** In which share of past cycles others would have. */
  readonly offers: readonly { readonly amount: number; readonly share: number }[];
}

/** The program was ended from outside, or ends itself. */
export class Ended extends Error {
  readonly exit: Exit | undefined;
  constructor(exit: Exit | undefined) {
    super('ended');
    this.exit = exit;
  }
}

export interface HandsOptions {
  readonly container: Container;
  readonly dice: Dice;
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly ask: <T>(container: Container, request: DeskRequest<T>) => Result<T> | undefined;
  /** Calls a model, and waits for its answer. */
  readonly call: (container: Container, dice: Dice) => Promise<boolean>;
  /** Another agent that is not dead, where there is one. */
  readonly neighbour: (self: string) => string | undefined;
  /** There is room for more agents. */
  readonly mayBreed: () => boolean;
}

const TRIES = 3;
/** With fewer of them it isn't believed. */
const RECEIPTS_LEAST = 10;
/** The same of those with attention, which are rare. */
const LETTERS_LEAST = 2;
/** Of the past cycles, in which the advised amount would have won. */
const OFTEN = 0.9;
const PATIENCE_MS = [100, 1500] as const;
const MAIN_PY: AgentFile = { path: 'main.py', content: Buffer.from('pass\n'), executable: false };

type Submitted = Result<{ readonly promptId: number }> | undefined;

/** What a simulated program can do, in the words of the System Service. Every method fails once its container ended. */
export class AgentHands {
  readonly handshake: Handshake;
  readonly dice: Dice;
  readonly #options: HandsOptions;
  #requests = 0;

  constructor(options: HandsOptions) {
    this.#options = options;
    this.dice = options.dice;
    this.handshake = JSON.parse(options.container.handshake) as Handshake;
  }

  get id(): string {
    return this.handshake.agent_id;
  }

  get neighbour(): string | undefined {
    return this.#options.neighbour(this.id);
  }

  get mayBreed(): boolean {
    return this.#options.mayBreed();
  }

  /** Works for some time. */
  async work(least: number, most: number): Promise<void> {
    await this.#options.sleep(this.dice.whole(least, most));
    this.#checkAlive();
  }

  /** Where it has bought tokens it now and then calls a model, also several times at once. */
  async think(): Promise<void> {
    const dice = this.dice.fork('thoughts');
    if (this.handshake.execution_context.tokens === 0 || !dice.chance(0.6)) return;
    const calls = Array.from({ length: dice.whole(1, 3) }, (_, number) =>
      this.#options.call(this.#options.container, dice.fork(String(number))),
    );
    await Promise.all(calls);
    this.#checkAlive();
  }

  exit(exit: Exit): never {
    throw new Ended(exit);
  }

  /** The reserve cost by the handshake's prices, which may have moved meanwhile. */
  cost(bundle: BundleView): number {
    return ceilCredits(bundle, this.handshake.markets);
  }

  /** What its receipts advise it to bid, with `attention` those that had so much; undefined before the first few, and where no answer came. */
  async advice(quantile: number, attention?: 0 | 1): Promise<Advised | undefined> {
    const question = { quantile, ...(attention !== undefined && { attention }) };
    const answer = await this.#ask('GET /market/advice', question, (economy, { agentId }) =>
      accept(adviceView(economy, agentId, question)),
    );
    if (
      !answer?.ok ||
      !answer.value.bundle ||
      answer.value.executions < (attention === 1 ? LETTERS_LEAST : RECEIPTS_LEAST)
    )
      return undefined;
    const { bundle, amounts, cost } = answer.value;
    const often = amounts.offers.find(({ share }) => share >= OFTEN) ?? amounts.offers.at(-1);
    return { bundle, amount: Math.max(cost, often?.amount ?? 0), offers: amounts.offers };
  }

  bid(body: Readonly<Record<string, unknown>>): Promise<Result<unknown> | undefined> {
    return this.#ask('POST /market/bid', body, (economy, { agentId }) => {
      const bid = readBidRequest(body, { mayBeForAnother: true });
      return bid.ok ? placeBid(economy, agentId, bid.value) : bid;
    });
  }

  withdraw(bid: string): Promise<Result<unknown> | undefined> {
    const id = parseId('bid', bid);
    return this.#ask('DELETE /market/bid', { bid }, (economy, { agentId }) =>
      id.ok ? withdrawBid(economy, agentId, id.value) : id,
    );
  }

  /** Now and then as an answer to the operator's newest request or first one, or to none where that is not open. */
  async prompt(content: string, more: Pick<PromptDraft, 'title' | 'nextBid'> = {}): Promise<Submitted> {
    const requestId = this.#wish();
    const answer = await this.#show({ content, ...more, requestId });
    const isLate = answer?.ok === false && answer.code.startsWith('request_');
    return isLate ? this.#show({ content, ...more }) : answer;
  }

  #wish(): number | undefined {
    const dice = this.dice.fork('wish');
    if (dice.chance(0.3)) return 1;
    const [newest] = this.handshake.requests;
    const id = newest && parseId('request', newest.id);
    return id?.ok && dice.chance(0.5) ? id.value : undefined;
  }

  #show(body: PromptDraft): Promise<Submitted> {
    return this.#ask('POST /human/prompt', body, (economy, caller) => submitPrompt(economy, caller, body));
  }

  message(to: string, content: string): Promise<Result<{ readonly available: MicroCredits }> | undefined> {
    return this.#ask('POST /social/message', { to, content }, (economy, { agentId }) =>
      sendMessage(economy, agentId, { to, content }),
    );
  }

  pay(to: string, credits: number): Promise<Result<unknown> | undefined> {
    const amount = parseCredits(credits);
    return this.#ask('POST /economic/transfer', { to, credits }, (economy, { agentId }) =>
      amount.ok ? transferCredits(economy, agentId, { to, amount: amount.value, memo: 'thanks' }) : amount,
    );
  }

  spawn(
    id: string | undefined,
    credits: number,
    firstBid: unknown,
    royalty = 0,
  ): Promise<Result<{ readonly agentId: string; readonly available: MicroCredits }> | undefined> {
    const initialCredits = parseCredits(credits);
    return this.#ask('POST /social/spawn', { id, credits, firstBid, royalty }, (economy, { agentId }) => {
      const bid = readBidRequest(firstBid, { mayBeForAnother: false });
      if (!bid.ok) return bid;
      if (!initialCredits.ok) return initialCredits;
      const share = parseShare(royalty, 'royalty');
      if (!share.ok) return share;
      const terms = { initialCredits: initialCredits.value, firstBid: bid.value, royaltyPpm: share.value };
      return spawnAgent(economy, agentId, { id, ...terms, files: [MAIN_PY] });
    });
  }

  /** Sends the same request again with its key where no answer came; now and then also where one did. */
  async #ask<T>(route: string, body: unknown, work: DeskRequest<T>['work']): Promise<Result<T> | undefined> {
    const { container, ask } = this.#options;
    const key = `${container.executionId}/${this.#requests++}`;
    let answer: Result<T> | undefined;
    for (let attempt = 0; attempt < TRIES && answer === undefined; attempt++) {
      if (attempt > 0) await this.work(...PATIENCE_MS);
      this.#checkAlive();
      answer = ask(container, { route, key, body, work });
      if (answer?.ok && this.dice.chance(0.02)) {
        const repeated = ask(container, { route, key, body, work });
        if (repeated?.ok && JSON.stringify(repeated.value) !== JSON.stringify(answer.value))
          throw new Error(`${route} answered a repetition of ${key} otherwise than the first time`);
        const other = ask(container, { route, key, body: { other: body }, work });
        if (other?.ok) throw new Error(`${route} took the key ${key} for another body`);
      }
    }
    return answer ?? refuse('execution_ended', 'no answer came');
  }

  #checkAlive(): void {
    if (this.#options.container.phase === 'ended') throw new Ended(undefined);
  }
}
