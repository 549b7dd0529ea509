import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { micro } from '../../src/domain/credits.ts';
import { accept, refuse } from '../../src/domain/refusal.ts';
import { AgentHands } from '../../src/simulation/agent-hands.ts';
import { Dice } from '../../src/simulation/dice.ts';
import { prepareScenario } from '../../src/simulation/scenario/scenario-file.ts';
import { genesis } from '../../src/simulation/scenario/strategies/genesis/genesis.ts';
import type { GenesisMemory } from '../../src/simulation/scenario/strategies/genesis/memory.ts';
import { newMemory } from '../../src/simulation/scenario/strategies/strategy.ts';
import { GenesisDesk, type Deed } from './genesis-desk.ts';
import { CYCLE_SECONDS, type Remembered, type Situation } from './genesis-situation.ts';
import { GenesisWorkspace } from './genesis-workspace.ts';

/** What one wake came to. */
export interface Wake {
  readonly deeds: readonly Deed[];
  readonly remembers: Remembered;
}

/** What a wake buys that has no receipt yet. */
const BODY = { cpu_seconds: 0.25, memory_mb: 32, tokens: 0 };
const SUPPLY = { cpu_seconds: 16, memory_mb: 20_000, tokens: 0, attention: 1 };
const { scenario } = prepareScenario(
  'two',
  `about: two\npopulation: {genesis: {strategy: genesis, settings: {bundle: ${JSON.stringify(BODY)}}}}`,
);
const SETTINGS = scenario.population['genesis']!.settings;

/** The program of `runtime/genesis` itself, with its SDK, against a service on a port. */
export async function wakeProgram(situation: Situation): Promise<Wake & { readonly log: string }> {
  const desk = new GenesisDesk(situation);
  const workspace = new GenesisWorkspace();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const answer = served(
        situation,
        desk,
        `${request.method} ${request.url}`,
        text === '' ? {} : (JSON.parse(text) as Body),
      );
      response.writeHead('code' in answer ? 422 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    writeFileSync(workspace.memoryPath, JSON.stringify(notesOf(situation)));
    if (situation.parent) workspace.setField(situation.agentId.slice('genesis-'.length), 'Write.');
    const materials = join(workspace.dir, 'materials');
    mkdirSync(materials);
    writeFileSync(join(materials, 'plan.txt'), 'More of it.\n');
    const { port } = server.address() as AddressInfo;
    const told = situation.finds.includes('materials') ? { path: materials, files: 1 } : null;
    const { log, exitCode } = await workspace.run({ ...handshakeOf(situation, port), materials: told });
    if (exitCode !== 0 || log.includes('stumbled')) throw new Error(log);
    return { deeds: desk.deeds, remembers: rememberedBy(workspace.readMemory()), log };
  } finally {
    server.closeAllConnections();
    server.close();
    workspace.remove();
  }
}

/** The simulated one, with hands that reach the same service. */
export async function wakeSimulated(situation: Situation): Promise<Wake> {
  const { remembers, mechanism, fees, finds } = situation;
  const desk = new GenesisDesk(situation);
  const life: GenesisMemory = {
    kinds: new Map(Object.entries(remembers.kinds)),
    open: new Map(Object.entries(remembers.open)),
    children: new Map(Object.entries(remembers.children).map(([id, child]) => [id, { ...child }])),
    told: remembers.told === 0 ? undefined : remembers.told,
    ...{ answers: remembers.answered, hasEarned: remembers.hasEarned, offer: remembers.offer },
    ...{ spawnedAt: remembers.spawnedAt, forecastDue: remembers.forecastDue },
  };
  const handshake = handshakeOf(situation, 0);
  const hands = new AgentHands({
    container: { handshake: JSON.stringify(handshake), phase: 'running', executionId: 'exe_1' } as never,
    dice: new Dice(JSON.stringify(situation)),
    sleep: () => Promise.resolve(),
    ask: simulatedAnswers(situation, desk) as never,
    call: () => Promise.resolve(true),
    neighbour: () => undefined,
    mayBreed: () => true,
  });
  await genesis(hands, {
    ...{ settings: { ...SETTINGS, writes_of: [...finds] }, memory: { ...newMemory(), genesis: life }, mechanism },
    ...{ purse: { available: situation.available }, cyclesPerHour: 3600 / CYCLE_SECONDS, demand: 1, siblings: [] },
    ...{ costAtStart: () => 0, spawnFee: () => fees.spawn, leastEndowment: () => fees.leastEndowment },
    ...{ siblings: [], human: { repetition: 0, recovery_hours: 1 } },
  });
  return {
    deeds: desk.deeds,
    remembers: {
      ...{ kinds: Object.fromEntries(life.kinds), open: Object.fromEntries(life.open), told: life.told ?? 0 },
      children: Object.fromEntries(life.children),
      ...{ answered: life.answers, hasEarned: life.hasEarned, offer: life.offer },
      ...{ spawnedAt: life.spawnedAt, forecastDue: life.forecastDue },
    },
  };
}

/** A repetition of a request is answered as the first time. */
function simulatedAnswers(situation: Situation, desk: GenesisDesk) {
  const answered = new Map<string, { readonly body: string; readonly answer: unknown }>();
  return (_: unknown, { route, key, body }: { route: string; key: string; body: unknown }) => {
    const known = answered.get(key);
    if (known)
      return known.body === JSON.stringify(body) ? known.answer : refuse('idempotency_key_reused', 'another body');
    const answer = served(situation, desk, ROUTES[route] ?? route, body as Body);
    const { available = 0 } = answer as { readonly available?: number };
    const result =
      'code' in answer
        ? { ...refuse(answer['code'] as 'below_reserve', ''), limit: answer['limit'] }
        : accept({ promptId: 2, available: micro(Math.round(available * 1e6)) });
    answered.set(key, { body: JSON.stringify(body), answer: result });
    return result;
  };
}

/** What either of them sends, the program by the names of the API. */
interface Body {
  readonly bid?: string;
  readonly id?: string;
  readonly to?: string;
  readonly content?: string;
  readonly amount?: number;
  readonly credits?: number;
  readonly initial_credits?: number;
  readonly next_bid?: Paid;
  readonly nextBid?: Paid;
  readonly first_bid?: Paid;
  readonly firstBid?: Paid;
}
interface Paid {
  readonly amount: number;
}

const ROUTES: Readonly<Record<string, string>> = { 'DELETE /market/bid': 'DELETE /market/bid/' };

function served(situation: Situation, desk: GenesisDesk, route: string, body: Body): Record<string, unknown> {
  if (route === 'GET /market/state') return marketOf(situation);
  if (route === 'POST /market/bid') {
    const refused = desk.bid(body as never);
    if (refused) return refused;
  } else if (route.startsWith('DELETE /market/bid/')) desk.withdraw(body['bid'] ?? route.split('/').at(-1)!);
  else if (route === 'POST /human/prompt') desk.show(body['next_bid'] ?? body['nextBid']!);
  else if (route === 'POST /social/message') desk.message(body['to']!, body['content']!);
  else if (route === 'POST /economic/transfer') desk.pay(body['to']!, body['amount'] ?? body['credits']!);
  else if (route === 'POST /social/spawn')
    desk.spawn(body['id']!, body['initial_credits'] ?? body['credits']!, body['first_bid'] ?? body['firstBid']!);
  else if (route.startsWith('GET /human/prompts'))
    return { prompts: Object.keys(situation.remembers.open).map((id) => ({ id, status: 'open' })), next_before: null };
  else if (route.startsWith('GET /social/agents')) return { agents: [], next_after: null };
  else if (route.startsWith('GET /market/bids')) return { bids: [] };
  else if (route !== 'GET /economic/balance') return { code: 'route_not_found' };
  return { available: desk.available, prompt_id: 'prompt_2', status: 'open' };
}

function marketOf({ cycle, mechanism, fees, prices }: Situation) {
  const markets = Object.fromEntries(
    Object.entries(prices).map(([name, price]) => {
      const supply = SUPPLY[name as keyof typeof SUPPLY];
      return [name, { price, start_price: price, supply, utilisation: 0.1, free: supply }];
    }),
  );
  return {
    ...{ cycle, cycle_seconds: CYCLE_SECONDS, mechanism, markets, human_away: false, pending_bids: 1 },
    ...{ spawn_fee: fees.spawn, least_endowment: fees.leastEndowment },
  };
}

function handshakeOf(situation: Situation, port: number): Record<string, unknown> {
  const { agentId, parent, cycle, available, attention, bids, responses, inbox, finds } = situation;
  return {
    ...{ schema_version: 1, agent_id: agentId, execution_id: 'exe_1', execution_token: 'a-token', cycle },
    ...{ service_url: `http://127.0.0.1:${port}`, system_time: new Date(0).toISOString(), payer: agentId },
    credits: { available, pending: 0 },
    execution_context: { ...BODY, attention, wall_seconds: 50, payload: null },
    markets: marketOf(situation).markets,
    inbox: inbox.map((message, place) => ({ id: `msg_${place + 1}`, sent_at: new Date(0).toISOString(), ...message })),
    responses: responses.map(({ id, status, reward }) => ({
      ...{ prompt_id: id, status, reward: status === 'scored' ? reward : 0, reason: null, refund: 0 },
      scores: status === 'scored' ? { interesting: 5, useful: 5, understandable: 5 } : null,
    })),
    bids: bids.map(({ id, attention: asks, amount }) => ({
      ...{ id, agent_id: agentId, payer: agentId, status: 'pending', amount, earliest_cycle: 0, passed_over: 0 },
      bundle: { ...BODY, attention: asks },
    })),
    last_execution: null,
    lineage: parent ? [parent] : [],
    // More than one wake answers.
    requests: (finds.includes('wishes') ? [1, 2] : []).map((number) => ({
      ...{ id: `request_${number}`, text: 'what is left to do', files: [] },
    })),
  };
}

/** As `runtime/genesis/notes.py` keeps them. */
function notesOf({ agentId, remembers }: Situation): Record<string, unknown> {
  const { kinds, open, children, answered, hasEarned, offer, told, spawnedAt, forecastDue } = remembers;
  const answer = { kind: 'market', title: 'an old one', marks: [5, 5, 5], reason: '', reward: 300 };
  return {
    ...{ version: 2, agent_id: agentId, cycle_seconds: CYCLE_SECONDS, kinds, answered, offer, told },
    has_earned: hasEarned,
    open: Object.fromEntries(Object.entries(open).map(([id, letter]) => [id, { ...letter, title: 'a letter' }])),
    answers: Array.from({ length: Math.min(answered, 12) }, () => answer),
    children: Object.fromEntries(
      Object.entries(children).map(([id, child]) => [
        id,
        { field: child.field, under_cost: child.underCost, has_earned: child.hasEarned },
      ]),
    ),
    spawned_at: spawnedAt,
    forecast: forecastDue === 0 ? {} : { made: 0, due: forecastDue, predicted: 1 },
  };
}

interface Notes {
  readonly kinds: Remembered['kinds'];
  readonly open: Readonly<Record<string, { readonly kind: string; readonly cost: number }>>;
  readonly children: Readonly<Record<string, { field: string; under_cost: number; has_earned: boolean }>>;
  readonly answered: number;
  readonly has_earned: boolean;
  readonly offer: number;
  readonly told: number;
  readonly spawned_at: number;
  readonly forecast: { readonly due?: number };
}

function rememberedBy(memory: Record<string, unknown>): Remembered {
  const { kinds, open, children, answered, offer, told, ...rest } = memory as unknown as Notes;
  return {
    ...{ kinds, answered, offer, told },
    open: Object.fromEntries(Object.entries(open).map(([id, { kind, cost }]) => [id, { kind, cost }])),
    children: Object.fromEntries(
      Object.entries(children).map(([id, child]) => [
        id,
        { field: child.field, underCost: child.under_cost, hasEarned: child.has_earned },
      ]),
    ),
    ...{ hasEarned: rest.has_earned, spawnedAt: rest.spawned_at, forecastDue: rest.forecast.due ?? 0 },
  };
}
