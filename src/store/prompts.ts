import { MARKS, type Mark, type Prompt, type PromptStatus, type Scores } from '../domain/attention.ts';
import { micro, type MicroCredits } from '../domain/credits.ts';
import type { PromptFile } from '../domain/prompt-files.ts';
import type { Database } from './database.ts';

export type NewPrompt = Pick<
  Prompt,
  'executionId' | 'agentId' | 'payerId' | 'title' | 'content' | 'nextBid' | 'requestId' | 'submittedAt'
>;

/** How a prompt ended. */
export interface PromptEnd {
  readonly id: number;
  readonly status: Extract<PromptStatus, 'scored' | 'skipped' | 'expired'>;
  readonly endedAt: number;
  readonly endedCycle: number;
  readonly scores: Scores | null;
  /** What each mark issued; null where there are none. */
  readonly rates: Readonly<Record<Mark, MicroCredits>> | null;
  readonly reason: string | null;
  readonly reward: MicroCredits;
  /** What the cap on issuance left of it, where that is less than the marks are worth; null otherwise. */
  readonly rewardCap: MicroCredits | null;
  readonly royalty: MicroCredits;
  readonly refund: MicroCredits;
}

/** In the order of the columns below; the driver would take longer to name them than to read them. */
type Row = [
  id: number,
  executionId: number,
  agentId: string,
  payerId: string,
  title: string | null,
  content: string,
  nextBid: string | null,
  nextBidStatus: string | null,
  nextBidDetail: string | null,
  status: PromptStatus,
  submittedAt: number,
  openedAt: number | null,
  openedRunningMs: number | null,
  endedAt: number | null,
  shownAt: number | null,
  actedAt: number | null,
  attentionMs: number | null,
  interesting: number | null,
  useful: number | null,
  understandable: number | null,
  reason: string | null,
  reward: MicroCredits,
  royalty: MicroCredits,
  refund: MicroCredits,
  requestId: number | null,
  purgedAt: number | null,
  files: string,
];

const FILES = `(SELECT json_group_array(json_object('name', name, 'bytes', bytes, 'sha256', sha256, 'isKept', isKept))
  FROM (SELECT name, bytes, sha256, content IS NOT NULL AS isKept FROM prompt_files
         WHERE prompt_id = prompts.id ORDER BY number))`;

const COLUMNS = `id, execution_id, agent_id, payer_id, title, content, next_bid, next_bid_status, next_bid_detail, status,
  submitted_at, opened_at, opened_running_ms, ended_at, shown_at, acted_at, attention_ms,
  interesting, useful, understandable, reason, reward, royalty, refund, request_id, purged_at, ${FILES}`;

export type Prompts = ReturnType<typeof promptsTable>;

export function promptsTable(database: Database) {
  const insert = database.prepare(
    `INSERT INTO prompts (execution_id, agent_id, payer_id, title, content, next_bid, request_id, status, submitted_at)
     VALUES (@executionId, @agentId, @payerId, @title, @content, @nextBid, @requestId, 'queued', @submittedAt)`,
  );
  const one = database.prepare<[number], Row>(`SELECT ${COLUMNS} FROM prompts WHERE id = ?`).raw();
  const ofExecution = database.prepare<[number], Row>(`SELECT ${COLUMNS} FROM prompts WHERE execution_id = ?`).raw();
  const open = database.prepare<[], Row>(`SELECT ${COLUMNS} FROM prompts WHERE status = 'open'`).raw();
  const openId = database.prepare<[], number>(`SELECT id FROM prompts WHERE status = 'open'`).pluck();
  const deck = database
    .prepare<[], Row>(`SELECT ${COLUMNS} FROM prompts WHERE status = 'queued' ORDER BY id LIMIT 1`)
    .raw();
  const page = database
    .prepare<[number, number], Row>(`SELECT ${COLUMNS} FROM prompts WHERE id < ? ORDER BY id DESC LIMIT ? + 0`)
    .raw();
  const waiting = database
    .prepare<[], Row>(
      `SELECT ${COLUMNS} FROM prompts WHERE status IN ('queued', 'open') ORDER BY status = 'queued', id`,
    )
    .raw();
  const ofAgent = database
    .prepare<[string, number, number], Row>(
      `SELECT ${COLUMNS} FROM prompts WHERE agent_id = ? AND id < ? ORDER BY id DESC LIMIT ? + 0`,
    )
    .raw();
  const takeSlot = database.prepare(
    `UPDATE prompts SET status = 'open', opened_at = ? WHERE id = ? AND status = 'queued'`,
  );
  const startTime = database.prepare('UPDATE prompts SET opened_running_ms = ? WHERE id = ?');
  const shown = database.prepare(
    `UPDATE prompts SET shown_at = @at, acted_at = @at, attention_ms = 0 WHERE id = @id AND shown_at IS NULL`,
  );
  const acted = database.prepare(
    `UPDATE prompts SET shown_at = COALESCE(shown_at, @at), acted_at = @at,
       attention_ms = COALESCE(attention_ms, 0) + @attentionMs WHERE id = @id`,
  );
  const end = database.prepare(
    `UPDATE prompts SET status = ?, ended_at = ?, ended_cycle = ?, interesting = ?, useful = ?, understandable = ?,
       interesting_rate = ?, useful_rate = ?, understandable_rate = ?, reason = ?, reward = ?, reward_cap = ?,
       royalty = ?, refund = ?
     WHERE id = ? AND status IN ('open', 'queued')`,
  );
  const issued = database
    .prepare<[number], number>('SELECT COALESCE(SUM(reward), 0) FROM prompts WHERE reward > 0 AND ended_cycle > ?')
    .pluck();
  const nextBid = database.prepare('UPDATE prompts SET next_bid_status = ?, next_bid_detail = ? WHERE id = ?');
  const unhanded = database
    .prepare<[string, number], Row>(
      `SELECT ${COLUMNS} FROM prompts
      WHERE agent_id = ? AND handed_to IS NULL AND ended_at IS NOT NULL ORDER BY id DESC LIMIT ? + 0`,
    )
    .raw();
  const hand = database.prepare(
    'UPDATE prompts SET handed_to = ? WHERE agent_id = ? AND handed_to IS NULL AND ended_at IS NOT NULL',
  );
  const takeBack = database.prepare('UPDATE prompts SET handed_to = NULL WHERE handed_to = ?');
  const ofRequest = database
    .prepare<[number, number, number], Row>(
      `SELECT ${COLUMNS} FROM prompts WHERE request_id = ? AND id < ? ORDER BY id DESC LIMIT ? + 0`,
    )
    .raw();
  const answering = database.prepare<[number], number>('SELECT COUNT(*) FROM prompts WHERE request_id = ?').pluck();
  const earned = database
    .prepare<[string], number>(
      `SELECT COALESCE(SUM(reward), 0) FROM prompts INDEXED BY prompts_rewards WHERE agent_id = ? AND reward > 0`,
    )
    .pluck();
  const earnedAfter = database
    .prepare<[string, number], [string, number]>(
      `SELECT agent_id, SUM(reward) FROM prompts INDEXED BY prompts_rewards WHERE reward > 0 AND agent_id > ?
         GROUP BY agent_id ORDER BY agent_id LIMIT ? + 0`,
    )
    .raw();
  const endedFrom = database.prepare<
    [number],
    { scored: number | null; skipped: number | null; expired: number | null }
  >(
    `SELECT SUM(status = 'scored') AS scored, SUM(status = 'skipped') AS skipped, SUM(status = 'expired') AS expired
       FROM prompts WHERE id >= ?`,
  );
  const counts = database.prepare<[], { open: number | null; queued: number | null }>(
    `SELECT SUM(status = 'open') AS open, SUM(status = 'queued') AS queued
       FROM prompts WHERE status IN ('queued', 'open')`,
  );

  return {
    /** Queued on the deck. */
    insert: (prompt: NewPrompt): number => Number(insert.run(prompt).lastInsertRowid),
    find: (id: number): Prompt | undefined => toPrompt(one.get(id)),
    ofExecution: (executionId: number): Prompt | undefined => toPrompt(ofExecution.get(executionId)),
    /** The one in the slot. */
    open: (): Prompt | undefined => toPrompt(open.get()),
    /** Its id alone, which is much cheaper. */
    openId: (): number | undefined => openId.get(),
    /** Of those that wait for the slot, the one that was finished first. */
    deck: (): Prompt | undefined => toPrompt(deck.get()),
    /** The open one, then the queued. */
    waiting: (): readonly Prompt[] => toPrompts(waiting.all()),
    /** The newest first, with ids under `before`. */
    page: (before: number, limit: number): readonly Prompt[] => toPrompts(page.all(before, limit)),
    ofAgent: (agentId: string, before: number, limit: number): readonly Prompt[] =>
      toPrompts(ofAgent.all(agentId, before, limit)),
    takeSlot: (id: number, at: number): void => void takeSlot.run(at, id),
    /** From when on the open prompt's time counts. */
    startTime: (id: number, runningMs: number): void => void startTime.run(runningMs, id),
    /** A face put it before the human. Where one has before, nothing changes. */
    noteShown: (id: number, at: number): void => void shown.run({ id, at }),
    /** The human acted on it, after so much more attention. */
    noteActed: (id: number, at: number, attentionMs: number): void => void acted.run({ id, at, attentionMs }),
    /** False where it had ended before. */
    end({ id, status, endedAt, endedCycle, scores, rates, reason, ...money }: PromptEnd): boolean {
      const marks = MARKS.map((mark) => scores?.[mark] ?? null);
      const issued = MARKS.map((mark) => rates?.[mark] ?? null);
      const { reward, rewardCap, royalty, refund } = money;
      const amounts = [reward, rewardCap, royalty, refund];
      return end.run(status, endedAt, endedCycle, ...marks, ...issued, reason, ...amounts, id).changes === 1;
    },
    setNextBid: (id: number, status: string, detail: string): void => void nextBid.run(status, detail, id),
    /** Ended prompts that no started execution has been handed, the newest first. */
    unhanded: (agentId: string, limit: number): readonly Prompt[] => toPrompts(unhanded.all(agentId, limit)),
    markHanded: (agentId: string, executionId: number): void => void hand.run(executionId, agentId),
    /** That execution never started: its answers are news again. */
    takeBack: (executionId: number): void => void takeBack.run(executionId),
    ofRequest: (requestId: number, before: number, limit: number): readonly Prompt[] =>
      toPrompts(ofRequest.all(requestId, before, limit)),
    /** How those from this id on ended. */
    endedFrom(id: number): { readonly scored: number; readonly skipped: number; readonly expired: number } {
      const row = endedFrom.get(id);
      return { scored: row?.scored ?? 0, skipped: row?.skipped ?? 0, expired: row?.expired ?? 0 };
    },
    /** How many answer this request, by their agents' word. */
    answering: (requestId: number): number => Number(answering.get(requestId)),
    /** What marks issued after this cycle. */
    issuedAfter: (cycle: number): MicroCredits => micro(Number(issued.get(cycle))),
    /** All that its prompts were ever rewarded with. */
    earned: (agentId: string): MicroCredits => micro(Number(earned.get(agentId))),
    /** The same of the next agents that were ever rewarded, in the order of their ids. */
    earnedAfter: (agentId: string, limit: number): readonly (readonly [agentId: string, earned: number])[] =>
      earnedAfter.all(agentId, limit),
    counts(): { readonly open: number; readonly queued: number } {
      const row = counts.get();
      return { open: row?.open ?? 0, queued: row?.queued ?? 0 };
    },
  };
}

function toPrompts(rows: readonly Row[]): readonly Prompt[] {
  return rows.flatMap((row) => toPrompt(row) ?? []);
}

function toPrompt(found: Row | undefined): Prompt | undefined {
  if (!found) return undefined;
  const [id, executionId, agentId, payerId, title, content, nextBid, nextBidStatus, nextBidDetail, ...rest] = found;
  const [status, submittedAt, openedAt, openedRunningMs, endedAt, shownAt, actedAt, attentionMs, ...answer] = rest;
  const [interesting, useful, understandable, reason, reward, royalty, refund, requestId, purgedAt, files] = answer;
  const scored = interesting !== null && useful !== null && understandable !== null;
  return {
    id,
    executionId,
    agentId,
    payerId,
    title,
    content,
    files: toFiles(files),
    nextBid,
    requestId,
    nextBidStatus,
    nextBidDetail,
    status,
    submittedAt,
    openedAt,
    openedRunningMs,
    shownAt,
    actedAt,
    attentionMs,
    endedAt,
    scores: scored ? { interesting, useful, understandable } : null,
    reason,
    reward,
    royalty,
    refund,
    purgedAt,
  };
}

function toFiles(json: string): readonly PromptFile[] {
  if (json === '[]') return [];
  const files = JSON.parse(json) as readonly (Omit<PromptFile, 'isKept'> & { readonly isKept: number })[];
  return files.map((file) => ({ ...file, isKept: file.isKept === 1 }));
}
