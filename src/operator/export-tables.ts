import type { Bid } from '../domain/bid.ts';
import { formatId } from '../domain/ids.ts';
import type { Economy } from '../economy/economy.ts';
import { agentsAfter, agentView } from '../economy/views/agent-view.ts';
import { allTransfers, transferView } from '../economy/views/balance-view.ts';
import { bidsBefore, bidView } from '../economy/views/bid-view.ts';
import { executionsBefore, executionView } from '../economy/views/execution-view.ts';
import { cyclesBefore, cycleView } from '../economy/views/market-view.ts';
import { promptsBefore, promptView } from '../economy/views/prompt-view.ts';
import { messagesBefore, sentMessageView } from '../economy/views/message-view.ts';
import { requestsBefore, requestView, type RequestView } from '../economy/views/request-view.ts';

/** What stands in a cell. */
export type Cell = string | number | boolean | null;

/** A row's cells by column; every row of a table has the same columns in the same order. */
export type ExportRow = Readonly<Record<string, Cell>>;

export interface ExportTable {
  readonly name: string;
  readonly columns: readonly string[];
  /** The oldest first. */
  readonly rows: () => Iterable<ExportRow>;
}

const PAGE_ROWS = 1000;

/** Everything that an economy keeps a record of. To be read inside one transaction. */
export function exportTables(economy: Economy): readonly ExportTable[] {
  return [
    table('transfers', TRANSFERS, function* () {
      for (const { hash, ...row } of allTransfers(economy)) yield { ...transferView(row), hash };
    }),
    table('bids', BIDS, () => each(economy, bidsBefore, (bid) => bid.id, bidRow)),
    table('executions', EXECUTIONS, () =>
      each(
        economy,
        executionsBefore,
        ({ id }) => id,
        (row) => executionRow(executionView(row)),
      ),
    ),
    table('prompts', PROMPTS, () =>
      each(
        economy,
        promptsBefore,
        ({ id }) => id,
        (row) => promptRow(promptView(row)),
      ),
    ),
    table('prompt_files', PROMPT_FILES, function* () {
      for (const prompt of rowsOf(economy, promptsBefore, ({ id }) => id))
        for (const [number, { kept, ...file }] of promptView(prompt).files.entries())
          yield { prompt_id: formatId('prompt', prompt.id), number, ...file, kept };
    }),
    table('messages', MESSAGES, () =>
      each(
        economy,
        messagesBefore,
        ({ id }) => id,
        (row) => messageRow(sentMessageView(row)),
      ),
    ),
    table('requests', REQUESTS, () =>
      each(
        economy,
        requestsBefore,
        ({ id }) => id,
        (row) => requestRow(requestView(economy, row)),
      ),
    ),
    table('agents', AGENTS, () => agentRows(economy)),
    table('cycles', CYCLES, () =>
      each(
        economy,
        cyclesBefore,
        ({ cycle }) => cycle,
        (row) => cycleRow(cycleView(row)),
      ),
    ),
  ];
}

function table(name: string, columns: readonly string[], rows: () => Iterable<ExportRow>): ExportTable {
  return { name, columns, rows };
}

/**
 * The rows of a table that the store pages from the newest on, the oldest first: numbers are gone through window by
 * window, so that memory doesn't grow with the table.
 */
function* rowsOf<Row>(
  economy: Economy,
  rowsBefore: (economy: Economy, before: number, limit: number) => readonly Row[],
  numberOf: (row: Row) => number,
): Generator<Row> {
  const [newest] = rowsBefore(economy, Number.MAX_SAFE_INTEGER, 1);
  const last = newest === undefined ? -1 : numberOf(newest);
  for (let from = 0; from <= last; from += PAGE_ROWS) {
    const rows = rowsBefore(economy, from + PAGE_ROWS, PAGE_ROWS).filter((row) => numberOf(row) >= from);
    yield* rows.reverse();
  }
}

function* each<Row>(
  economy: Economy,
  rowsBefore: (economy: Economy, before: number, limit: number) => readonly Row[],
  numberOf: (row: Row) => number,
  view: (row: Row) => ExportRow,
): Generator<ExportRow> {
  for (const row of rowsOf(economy, rowsBefore, numberOf)) yield view(row);
}

function* agentRows(economy: Economy): Generator<ExportRow> {
  for (let after = 0; ;) {
    const page = agentsAfter(economy, after, PAGE_ROWS);
    for (const agent of page) yield agentView(economy, agent);
    const last = page.at(-1);
    if (!last) return;
    after = last.number;
  }
}

function bidRow(bid: Bid): ExportRow {
  const { bundle, ...row } = bidView(bid);
  return { ...row, ...bundle };
}

function executionRow({ bought, used, unheld, ...row }: ReturnType<typeof executionView>): ExportRow {
  return { ...row, unheld: unheld.join(' '), ...prefixed('bought', bought), ...prefixed('used', used) };
}

function promptRow({ scores, next_bid: nextBid, files: _, ...row }: ReturnType<typeof promptView>): ExportRow {
  return {
    ...row,
    interesting: scores?.interesting ?? null,
    useful: scores?.useful ?? null,
    understandable: scores?.understandable ?? null,
    next_bid_status: nextBid?.status ?? null,
    next_bid_detail: nextBid?.detail ?? null,
  };
}

function messageRow({ read_by: _, ...row }: ReturnType<typeof sentMessageView>): ExportRow {
  return row;
}

function requestRow({ files, ...row }: RequestView): ExportRow {
  return { ...row, files: JSON.stringify(files) };
}

const BY_RESOURCE = ['supply', 'held', 'demand', 'utilisation', 'prices_before', 'prices_after'] as const;

/** `supply_cpu_seconds` and so on. */
function cycleRow(view: ReturnType<typeof cycleView>): ExportRow {
  const row: Record<string, Cell> = {};
  for (const [key, value] of Object.entries(view))
    if (typeof value === 'object') Object.assign(row, prefixed(key, value ?? {}));
    else row[key] = value as Cell;
  return row;
}

function prefixed(prefix: string, values: object): ExportRow {
  return Object.fromEntries(Object.entries(values as ExportRow).map(([key, value]) => [`${prefix}_${key}`, value]));
}

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}

const RESOURCE_WORDS = words('cpu_seconds memory_mb tokens attention');
const TRANSFERS = words('id type cycle debit credit amount kind ref pending_id at memo hash');
const BIDS = [
  ...words('id agent_id payer'),
  ...RESOURCE_WORDS,
  ...words('amount reserve status attempt passed_over earliest_cycle placed_cycle placed_at ended_cycle price_paid'),
  ...words('last_reason standing_order'),
];
const EXECUTIONS = [
  ...words('id agent_id bid_id attempt cycle state outcome exit_code payer price_paid'),
  ...RESOURCE_WORDS.map((resource) => `bought_${resource}`),
  ...words('used_cpu_seconds used_memory_mb_peak used_tokens used_wall_seconds used_workspace_bytes'),
  ...words(
    'used_workspace_files used_output_bytes used_requests unheld started_at ended_at detail refused_bid left_idle restart_bid',
  ),
];
const PROMPTS = words(`id agent_id execution_id status interesting useful understandable reward royalty refund reason
  next_bid_status next_bid_detail request_id submitted_at opened_at shown_at
  attention_seconds answered_at purged_at title content`);
const REQUESTS = words('id status published_at until closed_at answered_by prompts purged_at files text');
const PROMPT_FILES = words('prompt_id number name bytes sha256 kept');
const MESSAGES = words('id from to cycle sent_at content');
const AGENTS = words(`id status stopped parent lineage life born_cycle born_at died_cycle dormant_since_cycle
  last_seen_cycle children available pending earned royalty royalty_to royalties_received executions paid used_cpu_seconds restarts waits_for_lot
  purged_at template`);
const CYCLES = [
  ...words('cycle at duration_ms paused bids competing winners expired revenue'),
  ...BY_RESOURCE.flatMap((key) => RESOURCE_WORDS.map((resource) => `${key}_${resource}`)),
  'head',
];
