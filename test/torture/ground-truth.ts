import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { homeLabelOf } from '../../src/sandbox/docker/labels.ts';
import { dockerCli } from '../helpers/engine-under-test.ts';
import { mountedBelow } from '../helpers/mounted.ts';

interface Acknowledged {
  readonly path: string;
  readonly execution: string;
  readonly answer: Readonly<Record<string, unknown>>;
}

/** What every acknowledged write must have left, by the route that acknowledged it: a query with its id, and its agent. */
const LEFT: Readonly<Record<string, readonly [sql: string, key: string]>> = {
  '/market/bid': ['SELECT payer_id FROM bids WHERE id = ?', 'bid_id'],
  '/economic/transfer': [`SELECT debit FROM transfers WHERE id = ? AND kind = 'transfer'`, 'transfer_id'],
  '/social/message': ['SELECT from_id FROM messages WHERE id = ?', 'message_id'],
  '/human/prompt': ['SELECT agent_id FROM prompts WHERE id = ?', 'prompt_id'],
  '/social/spawn': ['SELECT parent_id FROM agents WHERE id = ?', 'agent_id'],
};

/** What an execution has noted of itself. */
interface Noted {
  asked: number;
  answered: number;
  /** Lines. */
  printed: number;
}

/** Reads what agents noted, each note once, and holds the database against it. */
export class GroundTruth {
  readonly #home: string;
  /** How much of each file was read. */
  readonly #read = new Map<string, number>();
  readonly #started = new Set<string>();
  /** Of those that began and were not compared yet. */
  readonly #noted = new Map<string, Noted>();
  acknowledged = 0;
  /** Executions whose output and requests were found to be theirs. */
  compared = 0;

  constructor(home: string) {
    this.#home = realpathSync(home);
  }

  get started(): number {
    return this.#started.size;
  }

  /** One line for everything that is not as it must be. */
  differences(): readonly string[] {
    // The notes first: what is acknowledged later can only be more.
    const workspaces = join(this.#home, 'workspaces');
    const agents = existsSync(workspaces) ? readdirSync(workspaces).filter((name) => name.startsWith('agent-')) : [];
    const starts = agents.flatMap((folder) => this.#news(join(workspaces, folder, 'starts.log')) as string[]);
    const acknowledged = agents.flatMap((folder) =>
      (this.#news(join(workspaces, folder, 'acknowledged.log')) as Acknowledged[]).map((note) => ({
        ...note,
        agent: folder.slice('agent-'.length),
      })),
    );
    for (const folder of agents) this.#readNotes(join(workspaces, folder));
    const database = new SqliteDatabase(join(this.#home, '.bp-agents', 'economy.db'), { readonly: true });
    try {
      return [
        ...starts.flatMap((execution) => this.#checkStart(database, execution)),
        ...acknowledged.flatMap((note) => this.#checkLeft(database, note, note.agent)),
        ...[...this.#noted].flatMap(([execution, noted]) => this.#compare(database, execution, noted)),
      ];
    } finally {
      database.close();
    }
  }

  /** Scores that the program acknowledged must stand. */
  checkScored(promptIds: readonly string[]): readonly string[] {
    const database = new SqliteDatabase(join(this.#home, '.bp-agents', 'economy.db'), { readonly: true });
    const status = database.prepare('SELECT status FROM prompts WHERE id = ?').pluck();
    const lost = promptIds.filter((id) => status.get(Number(id.slice('prompt_'.length))) !== 'scored');
    database.close();
    return lost.map((id) => `${id} was scored, but isn't`);
  }

  /** What stands on this machine under this home's name. */
  leftovers(): readonly string[] {
    const label = homeLabelOf(this.#home);
    const filter = ['--filter', `label=bp-agents.home=${label}`];
    const containers = listed('ps', '-a', '--format', '{{.Names}}', ...filter);
    // Those of shipped workspaces stay for the next start.
    const volumes = listed('volume', 'ls', '--format', '{{.Name}} {{.Label "bp-agents.workspace"}}', ...filter)
      .map((line) => line.trim())
      .filter((line) => !line.includes(' '));
    return [
      ...containers.map((name) => `container ${name}`),
      ...volumes.map((name) => `volume ${name}`),
      ...mountedBelow(this.#home).map((place) => `mount ${place}`),
    ];
  }

  #checkStart(database: SqliteDatabase.Database, execution: string): readonly string[] {
    const wrong = this.#started.has(execution) ? [`${execution} ran twice`] : [];
    this.#started.add(execution);
    this.#of(execution);
    const row = database
      .prepare<[number], { state: string; started_at: number | null }>(
        'SELECT state, started_at FROM executions WHERE id = ?',
      )
      .get(Number(execution.slice('exe_'.length)));
    const ran = row?.started_at !== null && (row?.state === 'running' || row?.state === 'settled');
    return ran ? wrong : [...wrong, `${execution} ran, but is ${row?.state}`];
  }

  #of(execution: string): Noted {
    const noted = this.#noted.get(execution) ?? { asked: 0, answered: 0, printed: 0 };
    this.#noted.set(execution, noted);
    return noted;
  }

  #readNotes(folder: string): void {
    for (const execution of this.#news(join(folder, 'asked.log')) as string[]) this.#of(execution).asked++;
    for (const execution of this.#news(join(folder, 'answered.log')) as string[]) this.#of(execution).answered++;
    for (const [execution, lines] of this.#news(join(folder, 'printed.log')) as [string, number][])
      this.#of(execution).printed = lines;
  }

  /** Of one that is settled: all that it printed was kept, once and in order, and every request that it made counts. */
  #compare(database: SqliteDatabase.Database, execution: string, noted: Noted): readonly string[] {
    const row = database
      .prepare<[number], { requests: number; output_bytes: number | null; outcome: string; detail: string }>(
        `SELECT requests, output_bytes, outcome, detail FROM executions WHERE id = ? AND state = 'settled'`,
      )
      .get(Number(execution.slice('exe_'.length)));
    if (!row) return [];
    this.#noted.delete(execution);
    this.compared++;
    const { requests, output_bytes: bytes } = row;
    const { asked, answered, printed } = noted;
    const path = join(this.#home, '.bp-agents', 'logs', 'executions', `${execution}.log`);
    const output = existsSync(path) ? readFileSync(path, 'utf8') : '';
    // Nothing but complaints of its interpreter comes behind its last line, and the last may be cut off with its agent.
    const numbers = [...output.matchAll(/^exe_\d+ \d+ (?=x*$)/gm)].map(([start]) => start);
    const isInOrder = numbers.every((start, number) => start === `${execution} ${number} `);
    const [end, which] = [`${row.outcome}: ${row.detail}`, `${execution}, which ended as`];
    return [
      ...(isInOrder && numbers.length >= printed
        ? []
        : [`${which} ${end}, printed ${printed}, kept: ${numbers.join()}`]),
      ...(bytes === output.length ? [] : [`${which} ${end}, printed ${bytes} bytes, and ${output.length} are kept`]),
      ...(answered <= requests && requests <= asked
        ? []
        : [`${which} ${end}, asked ${asked} times and was answered ${answered} times, but ${requests} are counted`]),
    ];
  }

  #checkLeft(database: SqliteDatabase.Database, { path, answer }: Acknowledged, agent: string): readonly string[] {
    this.acknowledged++;
    const [sql, key] = LEFT[path] ?? [];
    if (sql === undefined || key === undefined) return [`nobody acknowledges ${path}`];
    const id = String(answer[key]);
    const owner = database
      .prepare<[string | number], string>(sql)
      .pluck()
      .get(key === 'agent_id' ? id : Number(id.split('_')[1]));
    return owner === agent ? [] : [`${agent} was told ${id} by ${path}, but it is ${owner}'s`];
  }

  /** Whole lines that were not read before: a kill may have cut the last one. */
  #news(path: string): readonly unknown[] {
    if (!existsSync(path)) return [];
    const text = readFileSync(path, 'utf8');
    const from = this.#read.get(path) ?? 0;
    const to = text.lastIndexOf('\n') + 1;
    this.#read.set(path, Math.max(from, to));
    return text
      .slice(from, to)
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as unknown);
  }
}

function listed(...args: readonly string[]): readonly string[] {
  return dockerCli(...args)
    .split('\n')
    .filter(Boolean);
}
