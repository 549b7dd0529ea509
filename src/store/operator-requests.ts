import type { OperatorRequest } from '../domain/operator-request.ts';
import type { Database } from './database.ts';

/** In the order of the columns below; the driver would take longer to name them than to read them. */
type Row = [
  id: number,
  text: string,
  files: string,
  publishedAt: number,
  until: number | null,
  closedAt: number | null,
  answeredBy: number | null,
  purgedAt: number | null,
];

export type NewOperatorRequest = Pick<OperatorRequest, 'text' | 'files' | 'publishedAt' | 'until'>;

const COLUMNS = 'id, text, files, published_at, until, closed_at, answered_by, purged_at';
/** As `isOpen` has it. */
const OPEN = 'closed_at IS NULL AND (until IS NULL OR until > @now)';

export type OperatorRequests = ReturnType<typeof operatorRequestsTable>;

/** What the operator wished for. */
export function operatorRequestsTable(database: Database) {
  const insert = database.prepare(
    'INSERT INTO requests (text, files, published_at, until) VALUES (@text, @files, @publishedAt, @until)',
  );
  const one = database.prepare<[number], Row>(`SELECT ${COLUMNS} FROM requests WHERE id = ?`).raw();
  const page = database
    .prepare<[number, number], Row>(`SELECT ${COLUMNS} FROM requests WHERE id < ? ORDER BY id DESC LIMIT ? + 0`)
    .raw();
  const openPage = database
    .prepare<[{ before: number; now: number; limit: number }], Row>(
      `SELECT ${COLUMNS} FROM requests INDEXED BY requests_open
        WHERE id < @before AND ${OPEN} ORDER BY id DESC LIMIT @limit + 0`,
    )
    .raw();
  const openCount = database
    .prepare<[{ now: number }], number>(`SELECT COUNT(*) FROM requests INDEXED BY requests_open WHERE ${OPEN}`)
    .pluck();
  const lapsed = database
    .prepare<[number], number>(
      'SELECT COUNT(*) FROM requests INDEXED BY requests_open WHERE closed_at IS NULL AND until <= ?',
    )
    .pluck();
  const closeLapsed = database.prepare(
    'UPDATE requests INDEXED BY requests_open SET closed_at = until WHERE closed_at IS NULL AND until <= ?',
  );
  const close = database.prepare('UPDATE requests SET closed_at = ? WHERE id = ? AND closed_at IS NULL');
  const answer = database.prepare('UPDATE requests SET answered_by = ? WHERE id = ?');

  return {
    insert: ({ files, ...request }: NewOperatorRequest): number =>
      Number(insert.run({ ...request, files: JSON.stringify(files) }).lastInsertRowid),
    find(id: number): OperatorRequest | undefined {
      const row = one.get(id);
      return row && toRequest(row);
    },
    /** Open or not, the newest first, with ids under `before`. */
    page: (before: number, limit: number): readonly OperatorRequest[] => page.all(before, limit).map(toRequest),
    /** Those that are open at this time, likewise. */
    openPage: (before: number, limit: number, now: number): readonly OperatorRequest[] =>
      openPage.all({ before, now, limit }).map(toRequest),
    countOpen: (now: number): number => Number(openCount.get({ now })),
    /** How many time has closed without that being noted. */
    countLapsed: (now: number): number => Number(lapsed.get(now)),
    /** Notes it. */
    closeLapsed: (now: number): void => void closeLapsed.run(now),
    close: (id: number, at: number): void => void close.run(at, id),
    setAnswer: (id: number, promptId: number): void => void answer.run(promptId, id),
  };
}

function toRequest([id, text, json, publishedAt, until, closedAt, answeredBy, purgedAt]: Row): OperatorRequest {
  const files = json === '[]' ? [] : (JSON.parse(json) as readonly string[]);
  return { id, text, files, publishedAt, until, closedAt, answeredBy, purgedAt };
}
