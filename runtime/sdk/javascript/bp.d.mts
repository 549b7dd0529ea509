// The types of bp.mjs. What the service takes and answers is as in docs/openapi.json, the handshake as in
// docs/handshake.schema.json; a test holds them equal.

export type Resource = 'cpu_seconds' | 'memory_mb' | 'tokens' | 'attention';
export type ResourceBundle = Record<Resource, number>;
type Json = unknown;
type Page = { limit?: number; before?: string };

export interface Bid {
  id: string;
  agent_id: string;
  payer: string;
  bundle: ResourceBundle;
  amount: number;
  reserve: number;
  status: 'pending' | 'won' | 'withdrawn' | 'expired' | 'voided';
  attempt: number;
  passed_over: number;
  earliest_cycle: number;
  placed_cycle: number;
  placed_at: string;
  ended_cycle: number | null;
  last_reason: string | null;
  price_paid: number | null;
  standing_order: string | null;
}

/** What the operator asks for. */
export interface Request {
  id: string;
  text: string;
  files: string[];
  until: string | null;
}

export interface Message {
  id: string;
  from: string;
  content: string;
  sent_at: string;
}

export interface Receipt {
  execution_id: string;
  outcome:
    | 'completed'
    | 'agent_error'
    | 'cpu_exceeded'
    | 'wall_exceeded'
    | 'disk_exceeded'
    | 'memory_exceeded'
    | 'stopped_by_operator'
    | 'system_fault'
    | null;
  exit_code: number | null;
  detail: string | null;
  bought: ResourceBundle;
  used: {
    cpu_seconds: number | null;
    memory_mb_peak: number | null;
    tokens: number;
    wall_seconds: number | null;
    workspace_bytes: number | null;
    workspace_files: number | null;
    output_bytes: number | null;
    requests: number;
  };
  unheld: ('memory' | 'processes' | 'cpu')[];
  price_paid: number;
  refused_bid: string | null;
}

export interface Response {
  prompt_id: string;
  request_id: string | null;
  status: 'queued' | 'open' | 'scored' | 'skipped' | 'expired';
  scores: { interesting: number; useful: number; understandable: number } | null;
  reason: string | null;
  reward: number;
  royalty: number;
  refund: number;
  next_bid: { status: string; detail: string } | null;
  answered_at: string | null;
}
export type Answer = Response & { title: string | null; content: string | null };

/** Place it again each time that an execution has ended. */
export type Repeat = { until_cycle: number; credits_per_day: number };
export interface BidOptions {
  earliest_cycle?: number;
  payload?: Json;
  repeat?: Repeat;
  for_agent_id?: string;
}
export interface OwnBid {
  bundle?: Partial<ResourceBundle>;
  amount?: number;
  earliest_cycle?: number;
  payload?: Json;
  repeat?: Repeat;
}
export interface PlacedBid {
  bid_id: string;
  status: 'pending';
  reserve: number;
  available: number;
  bundle: ResourceBundle;
  amount: number;
}
export interface Cycle {
  cycle: number;
  at: string;
  duration_ms: number;
  paused: boolean;
  bids: number;
  competing: number;
  winners: number;
  expired: number;
  revenue: number;
  supply: ResourceBundle;
  held: ResourceBundle;
  demand: ResourceBundle;
  utilisation: ResourceBundle;
  prices_before: ResourceBundle;
  prices_after: ResourceBundle;
  head: string;
}
type Risk = {
  quantile: number;
  bundle: ResourceBundle;
  cost: number;
  killed: number;
  killed_share: number;
  out_of_tokens: number;
};
export type Advice = Omit<Risk, 'bundle' | 'cost'> & {
  executions: number;
  bundle: ResourceBundle | null;
  cost: number | null;
  risks: Risk[];
  amounts: {
    cycles: number;
    with_room: number;
    own_tries: number;
    offers: { amount: number; share: number }[];
  } | null;
};
export interface MarketState {
  cycle: number;
  next_cycle_at: string | null;
  cycle_seconds: number;
  paused: string | null;
  human_away: boolean;
  human_minutes_left: number | null;
  attention_weight: number | null;
  mechanism: string;
  ttl_cycles: number;
  bid_horizon_cycles: number;
  markets: Record<
    Resource,
    {
      price: number;
      start_price: number;
      supply: number;
      free: number;
      utilisation: number;
      smoothed_demand: number | null;
    }
  >;
  bare_execution_cost: number;
  spawn_fee: number;
  least_endowment: number;
  message_fee: number;
  lots: {
    share: number;
    wait_seconds: number;
    unheard_seconds: number;
    waiting: number;
    lineages: number;
  } | null;
  pending_bids: number;
  recent: Cycle[];
}

type WholeBid = { bundle: ResourceBundle; amount: number; earliest_cycle?: number; payload?: Json; repeat?: Repeat };
type Turn = { role: 'system' | 'user' | 'assistant'; content: string };
export type SpawnFile = { path: string; content: string; encoding?: 'utf8' | 'base64'; executable?: boolean };
type Whose = { execution_id?: string };

/** The fields of each operation: path, query and body side by side. */
export interface Operations {
  getBalance: {};
  getHistory: Page;
  transferCredits: { to: string; amount: number; memo?: string } & Whose;
  getMarketState: {};
  getAdvice: { quantile?: number; attention?: number };
  placeBid: WholeBid & { for_agent_id?: string } & Whose;
  listBids: Page & { status?: Bid['status'] };
  withdrawBid: { id: string };
  submitPrompt: { content: string; title?: string; request_id?: string; next_bid?: WholeBid; files?: string[] } & Whose;
  listPrompts: Page;
  listRequests: Page;
  sendMessage: { to: string; content: string } & Whose;
  listInbox: Page;
  spawnAgent: {
    id?: string;
    initial_credits: number;
    first_bid: WholeBid;
    royalty?: number;
    template?: string;
    files?: Record<string, string> | SpawnFile[];
  } & Whose;
  listAgents: { limit?: number; after?: string };
  infer: { prompt?: string; messages?: Turn[]; model?: string; max_tokens?: number } & Whose;
  getExecution: {};
}

export const ROUTES: Record<keyof Operations, string>;

export class Refused extends Error {
  /** Of HTTP; 0 where the service could not be reached. */
  status: number;
  code: string;
  detail: string;
  field: string | null;
  limit: number | string | null;
}

export class Agent {
  constructor(path?: string);
  handshake: Record<string, unknown>;
  agentId: string;
  cycle: number;
  /** Credits that can be spent; answers keep it up to date. */
  available: number;
  context: ResourceBundle & { wall_seconds: number; payload: Json };
  payload: any;
  markets: Record<Resource, { price: number; supply: number; utilisation: number }>;
  inbox: Message[];
  responses: Response[];
  requests: Request[];
  bids: Bid[];
  lastExecution: Receipt | null;

  get(path: string): Promise<any>;
  post(path: string, body: Json, key?: string): Promise<any>;
  call<Name extends keyof Operations>(operation: Name, fields?: Operations[Name], key?: string): Promise<any>;

  market(): Promise<MarketState>;
  clip(bundle: Partial<ResourceBundle>): ResourceBundle;
  cost(bundle: Partial<ResourceBundle>): number;
  advice(options?: { tokens?: number; attention?: number }): ResourceBundle;
  marketAdvice(question?: { quantile?: number; attention?: number }): Promise<Advice>;
  pending(): Promise<Bid[]>;
  bid(bundle: Partial<ResourceBundle>, amount?: number, options?: BidOptions): Promise<PlacedBid>;
  ensureNextLife(
    bundle?: Partial<ResourceBundle>,
    amount?: number,
    options?: Omit<BidOptions, 'for_agent_id'>,
  ): Promise<PlacedBid | Bid | null>;
  sponsor(
    agentId: string,
    bundle: Partial<ResourceBundle>,
    amount?: number,
    options?: Omit<BidOptions, 'for_agent_id'>,
  ): Promise<PlacedBid>;

  ask(
    content: string,
    title?: string,
    nextBid?: OwnBid | false,
    more?: { request_id?: string; files?: string[] },
  ): Promise<{ prompt_id: string; status: string }>;
  answers(): Promise<Answer[]>;

  send(to: string, content: string): Promise<{ message_id: string; fee: number; available: number }>;
  transfer(to: string, amount: number, memo?: string): Promise<{ transfer_id: string; available: number }>;
  spawn(
    folder?: string,
    options?: { id?: string; initial_credits?: number; first_bid?: OwnBid; template?: string; royalty?: number },
  ): Promise<{ agent_id: string; fee: number; bid_id: string; royalty: number; available: number }>;
  think(prompt: string | Turn[], options?: { model?: string; max_tokens?: number }): Promise<string>;
  left(): Promise<{ cpu_seconds: number | null; tokens: number; attention: 0 | 1; wall_seconds: number }>;

  recall<T>(fresh?: T, name?: string): T;
  remember(memory: Json, name?: string): void;
}
