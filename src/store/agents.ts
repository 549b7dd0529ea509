import type { Agent, AgentStatus } from '../domain/agent.ts';
import type { Bundle } from '../domain/resources.ts';
import type { Database } from './database.ts';

export interface NewAgent {
  readonly id: string;
  readonly parentId: string | null;
  readonly lineageId: string;
  readonly bornCycle: number;
  readonly bornRunningMs: number;
  readonly bornAt: number;
  readonly madeOf: MadeOf | undefined;
}

/** The template of a new agent, and its program. */
export interface MadeOf {
  readonly template: string;
  readonly program: string | undefined;
}

/** In the order of the columns below; the driver would take longer to name them than to read them. */
type Row = [
  number: number,
  id: string,
  parentId: string | null,
  lineageId: string,
  status: AgentStatus,
  stopped: number,
  life: number,
  bornCycle: number,
  bornAt: number,
  dormantSinceCycle: number | null,
  diedCycle: number | null,
  lastSeenCycle: number | null,
  restarts: number,
  lastCpuMs: number | null,
  lastMemoryMb: number | null,
  lastTokens: number | null,
  purgedAt: number | null,
  template: string | null,
  program: string | null,
];

const COLUMNS = `number, id, parent_id, lineage_id, status, stopped, life, born_cycle, born_at, dormant_since_cycle,
  died_cycle, last_seen_cycle, restarts, last_cpu_ms, last_memory_mb, last_tokens, purged_at, template, program`;

/** What keeps an agent alive: a pending bid for it, an execution, an open or queued prompt, or a lot that it waits for. */
const HAS_A_TIE = `(
  EXISTS (SELECT 1 FROM bids WHERE bids.agent_id = agents.id AND bids.status = 'pending')
  OR EXISTS (SELECT 1 FROM executions WHERE executions.agent_id = agents.id AND executions.state <> 'settled')
  OR EXISTS (SELECT 1 FROM prompts INDEXED BY prompts_waiting WHERE prompts.agent_id = agents.id AND prompts.status IN ('queued', 'open'))
  OR EXISTS (SELECT 1 FROM lots INDEXED BY lots_waiting WHERE lots.agent_id = agents.id AND lots.status = 'waiting'))`;

export type Agents = ReturnType<typeof agentsTable>;

export function agentsTable(database: Database) {
  const insert = database.prepare(
    `INSERT INTO agents (id, parent_id, lineage_id, status, born_cycle, born_running_ms, born_at, template, program)
     VALUES (@id, @parentId, @lineageId, 'alive', @bornCycle, @bornRunningMs, @bornAt, @template, @program)`,
  );
  const one = database.prepare<[string], Row>(`SELECT ${COLUMNS} FROM agents WHERE id = ?`).raw();
  const page = database
    .prepare<[number, number], Row>(`SELECT ${COLUMNS} FROM agents WHERE number > ? ORDER BY number LIMIT ? + 0`)
    .raw();
  const counts = database.prepare<[], { status: AgentStatus; n: number }>(
    'SELECT status, COUNT(*) AS n FROM agents GROUP BY status',
  );
  const living = database
    .prepare<[], string>(`SELECT id FROM agents WHERE status <> 'dead' AND stopped = 0 ORDER BY number`)
    .pluck();
  const children = database.prepare<[string], number>('SELECT COUNT(*) FROM agents WHERE parent_id = ?').pluck();
  const bornSince = database
    .prepare<[string, number], number>(
      `SELECT COUNT(*) FROM agents WHERE lineage_id = ? AND parent_id IS NOT NULL AND born_running_ms > ?`,
    )
    .pluck();
  const fallen = database
    .prepare<[], string>(`SELECT id FROM agents WHERE status = 'alive' AND NOT ${HAS_A_TIE}`)
    .pluck();
  const overdue = database
    .prepare<[number], string>(`SELECT id FROM agents WHERE status = 'dormant' AND dormant_since_cycle <= ?`)
    .pluck();
  const alive = database.prepare(`UPDATE agents SET status = 'alive', dormant_since_cycle = NULL WHERE id = ?`);
  const dormant = database.prepare(`UPDATE agents SET status = 'dormant', dormant_since_cycle = ? WHERE id = ?`);
  const dead = database.prepare(
    `UPDATE agents SET status = 'dead', dormant_since_cycle = NULL, died_cycle = ? WHERE id = ?`,
  );
  const revive = database.prepare(
    `UPDATE agents SET status = 'alive', stopped = 0, life = life + 1, dormant_since_cycle = NULL, died_cycle = NULL,
       restarts = 0
     WHERE id = ?`,
  );
  const stop = database.prepare('UPDATE agents SET stopped = 1 WHERE id = ?');
  const shiftDormancy = database.prepare(
    `UPDATE agents SET dormant_since_cycle = dormant_since_cycle + 1 WHERE status = 'dormant'`,
  );
  const seen = database.prepare('UPDATE agents SET last_seen_cycle = ? WHERE id = ?');
  const restarts = database.prepare('UPDATE agents SET restarts = ? WHERE id = ?');
  const lastBundle = database.prepare(
    'UPDATE agents SET last_cpu_ms = ?, last_memory_mb = ?, last_tokens = ? WHERE id = ?',
  );

  return {
    insert: ({ madeOf, ...agent }: NewAgent): void =>
      void insert.run({ ...agent, template: madeOf?.template ?? null, program: madeOf?.program ?? null }),
    find(id: string): Agent | undefined {
      const row = one.get(id);
      return row && toAgent(row);
    },
    /** Ordered by number, from the one after `after`. */
    page: (after: number, limit: number): readonly Agent[] => page.all(after, limit).map(toAgent),
    counts(): Readonly<Record<AgentStatus, number>> {
      const result = { alive: 0, dormant: 0, dead: 0 };
      for (const { status, n } of counts.all()) result[status] = n;
      return result;
    },
    /** All that are alive or dormant and were not stopped, the oldest first. */
    living: (): readonly string[] => living.all(),
    children: (id: string): number => Number(children.get(id)),
    /** Children born in this lineage, dead ones too, since this running time. */
    bornSince: (lineageId: string, runningMs: number): number => Number(bornSince.get(lineageId, runningMs)),
    /** The alive that nothing keeps alive any more. */
    fallen: (): readonly string[] => fallen.all(),
    /** The dormant since this cycle or longer. */
    overdue: (sinceCycle: number): readonly string[] => overdue.all(sinceCycle),
    markAlive: (id: string): void => void alive.run(id),
    markDormant: (id: string, cycle: number): void => void dormant.run(cycle, id),
    markDead: (id: string, cycle: number): void => void dead.run(cycle, id),
    revive: (id: string): void => void revive.run(id),
    /** No bid for it is taken until it is revived. Idempotent. */
    markStopped: (id: string): void => void stop.run(id),
    /** A cycle passed that brought no dormant agent nearer to death. */
    shiftDormancy: (): void => void shiftDormancy.run(),
    markSeen: (id: string, cycle: number): void => void seen.run(cycle, id),
    setRestarts: (id: string, count: number): void => void restarts.run(count, id),
    setLastBundle: (id: string, bundle: Bundle): void =>
      void lastBundle.run(bundle.cpuMs, bundle.memoryMb, bundle.tokens, id),
  };
}

function toAgent(row: Row): Agent {
  const [number, id, parentId, lineageId, status, stopped, life, bornCycle, bornAt, ...rest] = row;
  const [dormantSinceCycle, diedCycle, lastSeenCycle, restarts, lastCpuMs, lastMemoryMb, lastTokens, ...last] = rest;
  const [purgedAt, template, program] = last;
  return {
    number,
    id,
    parentId,
    lineageId,
    status,
    stopped: stopped === 1,
    life,
    bornCycle,
    bornAt,
    dormantSinceCycle,
    diedCycle,
    lastSeenCycle,
    restarts,
    template,
    program,
    purgedAt,
    lastBundle:
      lastCpuMs === null || lastMemoryMb === null || lastTokens === null
        ? null
        : { cpuMs: lastCpuMs, memoryMb: lastMemoryMb, tokens: lastTokens },
  };
}
