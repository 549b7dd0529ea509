import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { Script, Bundle, Prices, Bid, NextBid, Prompt, Execution, Request, Problem } from './scripted-life.ts';

/** Runs the agent's program once with this handshake; its exit code and what it printed. */
export type RunAgent = (handshake: Record<string, unknown>) => Promise<{ exitCode: number; log: string }>;

const START_PRICES: Prices = { cpu_seconds: 6.25, memory_mb: 0.005, tokens: 0, attention: 50 };
const SUPPLY: Prices = { cpu_seconds: 16, memory_mb: 20_000, tokens: 0, attention: 1 };
const OWN = { agent_id: 'genesis', payer: 'genesis' };
const places = (amount: number) => Math.round(amount * 1e6) / 1e6;

/**
 * A small scripted economy behind a real HTTP server, for tests that run an agent's program without an engine:
 * one agent, fixed prices, every bid that meets its reserve wins at that price in a cycle in which it may run.
 * It knows what an agent can see of the rules (docs/handshake.md) and no more; the real rules have their own tests.
 */
export class ScriptedEconomy {
  cycle = 0;
  available: number;
  readonly prices: Prices;
  readonly bids: Bid[] = [];
  readonly prompts: Prompt[] = [];
  readonly executions: Execution[] = [];
  /** What it sent, paid for others, and made. */
  readonly sent: { readonly to: string; readonly content: string }[] = [];
  readonly sponsored: { readonly for_agent_id: string; readonly amount: number }[] = [];
  readonly children: Record<string, unknown>[] = [];
  readonly requests: Request[] = [];
  needs: { cpuSeconds: number; memoryMb: number };
  humanIsAway = false;
  /** Answers a request in place of the economy, where it returns a problem. */
  refuse: (request: Request) => Problem | undefined = () => undefined;

  #script: Script;
  readonly #server: Server;
  readonly #runAgent: RunAgent;
  #running: Execution | undefined;
  readonly #handed = new Set<string>();
  readonly #inbox: Record<string, unknown>[] = [];
  #restarts = 0;

  constructor(script: Script, runAgent: RunAgent) {
    this.#script = script;
    this.#runAgent = runAgent;
    this.available = script.credits;
    this.prices = { ...START_PRICES, ...script.prices };
    this.needs = script.needs ?? { cpuSeconds: 0.07, memoryMb: 20 };
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.listen(0, '127.0.0.1', resolve);
    });
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }

  get pending(): readonly Bid[] {
    return this.bids.filter((bid) => bid.status === 'pending');
  }

  get credits(): number {
    return places(this.available + this.pending.reduce((sum, bid) => sum + bid.amount, 0));
  }

  /** With no bid, no execution and no open prompt an agent is dormant, and nothing here would wake it again. */
  get isDormant(): boolean {
    return this.pending.length === 0 && this.openPrompt === undefined;
  }

  get openPrompt(): Prompt | undefined {
    return this.prompts.find((prompt) => prompt.status === 'open');
  }

  cost(bundle: Bundle): number {
    const resources = Object.keys(this.prices) as (keyof Bundle)[];
    return places(resources.reduce((sum, resource) => sum + bundle[resource] * this.prices[resource], 0));
  }

  bootstrap(bundle: Bundle = { cpu_seconds: 1, memory_mb: 64, tokens: 0, attention: 1 }): void {
    this.#hold(bundle, places(Math.min(this.cost(bundle) * 1.25, this.available)), this.cycle);
  }

  /** One turn of the market: expiry, at most one execution, which has ended when this returns. */
  async turn(): Promise<Execution | undefined> {
    this.cycle += 1;
    const open = this.openPrompt;
    if (open && this.cycle - open.submittedCycle >= (this.#script.promptTtlCycles ?? 120)) {
      this.humanIsAway = true;
      this.#end(open, 'expired', open.attentionPaid);
    }
    const eligible = this.pending
      .filter((bid) => bid.earliest_cycle <= this.cycle && (!bid.bundle.attention || this.#attentionFree() > 0))
      .sort((a, b) => b.amount / this.cost(b.bundle) - a.amount / this.cost(a.bundle));
    return eligible[0] && this.#execute(eligible[0]);
  }

  async turns(count: number, afterEach: () => void = () => undefined): Promise<void> {
    for (let turn = 0; turn < count; turn += 1) {
      await this.turn();
      afterEach();
    }
  }

  /** A message for the next handshake. */
  deliver(from: string, content: string): void {
    this.#inbox.push({ id: `message_${this.#inbox.length + 1}`, from, content, sent_at: new Date(0).toISOString() });
  }

  /** What every handshake tells besides, from now on. */
  tell(told: Record<string, unknown>): void {
    this.#script = { ...this.#script, told };
  }

  score(prompt: Prompt, marks: readonly [number, number, number], reason: string | null = null): void {
    this.humanIsAway = false;
    const [interesting, useful, understandable] = marks;
    prompt.scores = { interesting, useful, understandable };
    prompt.reason = reason;
    prompt.reward = (interesting + useful + understandable) * (this.#script.rate ?? 25);
    this.#end(prompt, 'scored', prompt.reward);
  }

  skip(prompt: Prompt): void {
    this.humanIsAway = false;
    this.#end(prompt, 'skipped', 0);
  }

  #end(prompt: Prompt, status: 'scored' | 'skipped' | 'expired', paid: number): void {
    prompt.status = status;
    this.available = places(this.available + paid);
    const next = prompt.next_bid;
    if (next && this.pending.length === 0 && next.amount >= this.cost(next.bundle) && next.amount <= this.available)
      this.#hold(next.bundle, next.amount, next.earliest_cycle ?? this.cycle + 1);
  }

  #attentionFree(): number {
    return this.humanIsAway || this.openPrompt || this.#running?.bundle.attention ? 0 : 1;
  }

  #hold(bundle: Bundle, amount: number, earliest: number): Bid {
    const bid: Bid = { id: `bid_${this.bids.length + 1}`, bundle, amount, earliest_cycle: earliest, status: 'pending' };
    this.bids.push(bid);
    this.available = places(this.available - amount);
    return bid;
  }

  async #execute(bid: Bid): Promise<Execution> {
    bid.status = 'won';
    this.available = places(this.available + bid.amount - this.cost(bid.bundle));
    const id = `exe_${this.executions.length + 1}`;
    const execution: Execution = { id, cycle: this.cycle, bundle: bid.bundle, outcome: 'completed', log: '' };
    const handshake = this.#handshake(execution);
    this.#running = execution;
    const ended = await this.#runAgent(handshake);
    execution.log = ended.log;
    if (bid.bundle.cpu_seconds < this.needs.cpuSeconds) execution.outcome = 'cpu_exceeded';
    else if (bid.bundle.memory_mb < this.needs.memoryMb) execution.outcome = 'memory_exceeded';
    else if (ended.exitCode !== 0) execution.outcome = 'agent_error';
    this.#running = undefined;
    this.executions.push(execution);
    this.#restart(execution);
    return execution;
  }

  #restart(execution: Execution): void {
    if (execution.outcome === 'completed') this.#restarts = 0;
    else if (this.pending.length === 0 && this.#restarts < 3) {
      this.#restarts += 1;
      const bundle = { ...execution.bundle, attention: 0 };
      if (this.cost(bundle) <= this.available) this.#hold(bundle, this.cost(bundle), this.cycle + 2 ** this.#restarts);
    }
  }

  #markets(): Record<string, Record<string, number>> {
    const entries = (Object.keys(this.prices) as (keyof Bundle)[]).map((resource) => {
      const supply = resource === 'tokens' ? (this.#script.tokens ?? 0) : SUPPLY[resource];
      const free = resource === 'attention' ? this.#attentionFree() : supply;
      const market = { price: this.prices[resource], supply, utilisation: 0.05, free };
      return [resource, { ...market, start_price: START_PRICES[resource] }] as const;
    });
    return Object.fromEntries(entries);
  }

  #handshake(execution: Execution): Record<string, unknown> {
    const { port } = this.#server.address() as AddressInfo;
    const last = this.executions.at(-1);
    const answered = this.prompts.filter((prompt) => prompt.status !== 'open' && !this.#handed.has(prompt.id));
    for (const prompt of answered) this.#handed.add(prompt.id);
    const inbox = this.#inbox.splice(0);
    return {
      schema_version: 1,
      agent_id: 'genesis',
      execution_id: execution.id,
      execution_token: 'a-token',
      service_url: `http://127.0.0.1:${port}`,
      system_time: new Date(0).toISOString(),
      cycle: this.cycle,
      payer: 'genesis',
      credits: { available: this.available, pending: places(this.credits - this.available) },
      execution_context: { ...execution.bundle, wall_seconds: 50, payload: null },
      markets: this.#markets(),
      inbox,
      responses: answered.map(({ id, ...prompt }) => ({ prompt_id: id, ...prompt })),
      bids: this.pending.map(({ earliest_cycle, ...bid }) => ({ ...OWN, ...bid, earliest_cycle, passed_over: 0 })),
      last_execution: !last
        ? null
        : {
            execution_id: last.id,
            outcome: last.outcome,
            exit_code: last.outcome === 'completed' ? 0 : null,
            bought: last.bundle,
            used: { cpu_seconds: this.needs.cpuSeconds, memory_mb_peak: this.needs.memoryMb, tokens: 0 },
          },
      lineage: [],
      requests: [],
      materials: null,
      ...this.#script.told,
    };
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const body = (text ? JSON.parse(text) : {}) as Record<string, unknown>;
    const request: Request = { method: incoming.method ?? '', path: incoming.url ?? '', body };
    this.requests.push(request);
    const answer = this.refuse(request) ?? this.#answer(request);
    const isProblem = 'code' in answer;
    response.writeHead(isProblem ? Number(answer['status']) : request.method === 'POST' ? 201 : 200, {
      'content-type': isProblem ? 'application/problem+json' : 'application/json',
    });
    response.end(JSON.stringify(answer));
  }

  #answer({ method, path, body }: Request): Record<string, unknown> | Problem {
    const route = `${method} ${path.split('?')[0] ?? ''}`;
    if (route === 'POST /market/bid') return this.#placeBid(body);
    if (route === 'POST /intelligence/inference') return this.#think(body);
    if (route === 'GET /v1/models')
      return this.#script.think ? { data: [{ id: 'model' }] } : { status: 503, code: 'no_llm_provider' };
    if (route === 'POST /social/message') return this.#send(body as { to: string; content: string });
    if (route === 'POST /economic/transfer') return { available: this.available };
    if (route === 'POST /social/spawn') return this.#spawn(body);
    if (route === 'GET /economic/balance') return { available: this.available };
    if (route === 'POST /human/prompt') return this.#submitPrompt(body);
    if (method === 'DELETE') return this.#withdraw(path.split('/').at(-1) ?? '');
    if (route === 'GET /market/bids') return { bids: this.pending.map((bid) => ({ ...OWN, ...bid })) };
    if (route === 'GET /human/prompts') return { prompts: this.prompts };
    if (route === 'GET /social/agents')
      return { agents: [{ id: 'genesis', status: 'alive', parent: null, born_cycle: 0, last_seen_cycle: this.cycle }] };
    if (route === 'GET /market/state') {
      const { mechanism = 'density' } = this.#script;
      return {
        cycle: this.cycle,
        cycle_seconds: 10,
        mechanism,
        markets: this.#markets(),
        human_away: this.humanIsAway,
        spawn_fee: 100,
        least_endowment: 130,
        pending_bids: this.pending.length,
      };
    }
    return { status: 404, code: 'route_not_found' };
  }

  #placeBid(body: Record<string, unknown>): Record<string, unknown> | Problem {
    const { bundle, amount, earliest_cycle = this.cycle + 1 } = body as unknown as NextBid;
    const latest = this.cycle + (this.#script.horizon ?? 360);
    if (amount < this.cost(bundle)) return { status: 422, code: 'below_reserve', limit: this.cost(bundle) };
    if (earliest_cycle > latest) return { status: 422, code: 'earliest_cycle_too_far', limit: latest };
    if (amount > this.available) return { status: 422, code: 'insufficient_credits', limit: this.available };
    if (body['for_agent_id'] !== undefined) {
      this.sponsored.push(body as unknown as (typeof this.sponsored)[number]);
      this.available = places(this.available - amount);
      return { bid_id: 'bid_sponsored', status: 'pending', available: this.available };
    }
    return { bid_id: this.#hold(bundle, amount, earliest_cycle).id, status: 'pending', available: this.available };
  }

  #think({ messages }: Record<string, unknown>): Record<string, unknown> | Problem {
    const text = this.#script.think?.(messages as Parameters<NonNullable<Script['think']>>[0]);
    return text === undefined ? { status: 503, code: 'no_llm_provider' } : { text, tokens_left: 4000 };
  }

  #send(message: { readonly to: string; readonly content: string }): Record<string, unknown> {
    this.sent.push(message);
    this.available = places(this.available - 1);
    return { message_id: 'message_1', fee: 1, available: this.available };
  }

  #spawn(body: Record<string, unknown>): Record<string, unknown> {
    this.children.push(body);
    this.available = places(this.available - 100 - Number(body['initial_credits']));
    return { agent_id: body['id'], fee: 100, bid_id: 'bid_child', available: this.available };
  }

  #withdraw(id: string): Record<string, unknown> | Problem {
    const bid = this.pending.find((candidate) => candidate.id === id);
    if (!bid) return { status: 404, code: 'bid_not_found' };
    bid.status = 'withdrawn';
    this.available = places(this.available + bid.amount);
    return { bid_id: id, status: 'withdrawn', available: this.available };
  }

  #submitPrompt(body: Record<string, unknown>): Record<string, unknown> | Problem {
    if (!this.#running?.bundle.attention) return { status: 403, code: 'no_attention' };
    const { title, content, next_bid, request_id } = body as unknown as Prompt;
    const prompt: Prompt = {
      ...{ id: `prompt_${this.prompts.length + 1}`, title, content, ...(next_bid && { next_bid }) },
      ...(request_id !== undefined && { request_id }),
      ...{ submittedCycle: this.cycle, attentionPaid: this.prices.attention },
      ...{ status: 'open', scores: null, reason: null, reward: 0 },
    };
    this.prompts.push(prompt);
    return { prompt_id: prompt.id, status: 'open' };
  }
}
