import { hash } from 'node:crypto';
import type { AgentFile } from '../domain/agent.ts';
import type { FileVersion, Replaces, WaitingFile } from '../domain/agent-files.ts';
import type { Database } from './database.ts';

/** Files that wait to be laid in a workspace. */
export interface WaitingSet {
  /** Another one for each set of an agent. */
  readonly number: number;
  readonly files: readonly WaitingFile[];
}

/** What waits, without its content. */
export interface WaitingSummary {
  readonly count: number;
  readonly bytes: number;
  readonly replaces: Replaces;
  /** The first of them. */
  readonly paths: readonly string[];
}

interface WaitingRow {
  readonly path: string;
  readonly content: Buffer;
  readonly executable: number;
}

interface GivenRow extends FileVersion {
  readonly path: string;
}

/** Of sets that were begun to be laid and never were, as where an engine fails again and again. */
const BEGUN_MAX = 40_000;

export type AgentFiles = ReturnType<typeof agentFilesTable>;

/**
 * The files that were given to agents: the set that waits to be laid in a workspace, and what of earlier ones may stand
 * there. An agent's own files are nowhere in here.
 */
export function agentFilesTable(database: Database) {
  const put = database.prepare(
    'INSERT INTO agent_files (agent_id, path, content, executable, sha256) VALUES (?, ?, ?, ?, ?)',
  );
  const drop = database.prepare('DELETE FROM agent_files WHERE agent_id = ?');
  const waiting = database.prepare<[string], WaitingRow>(
    'SELECT path, content, executable FROM agent_files WHERE agent_id = ? ORDER BY path',
  );
  const count = database.prepare<[string], { count: number; bytes: number }>(
    'SELECT COUNT(*) AS count, COALESCE(SUM(LENGTH(content)), 0) AS bytes FROM agent_files WHERE agent_id = ?',
  );
  const paths = database
    .prepare<[string, number], string>('SELECT path FROM agent_files WHERE agent_id = ? ORDER BY path LIMIT ? + 0')
    .pluck();
  const set = database.prepare<[string], { number: number; replaces: Replaces }>(
    'SELECT number, replaces FROM file_sets WHERE agent_id = ?',
  );
  const putSet = database.prepare(
    `INSERT INTO file_sets (agent_id, number, replaces) VALUES (@agentId, 1, @replaces)
     ON CONFLICT (agent_id) DO UPDATE SET number = number + 1, replaces = @replaces`,
  );
  const noLongerNew = database.prepare(
    `UPDATE file_sets SET replaces = 'given' WHERE agent_id = ? AND replaces = 'new'`,
  );
  const given = database.prepare<[string], GivenRow>(
    'SELECT path, sha256, bytes FROM given_files WHERE agent_id = ? ORDER BY path',
  );
  const givenVersion = database
    .prepare<[string, string, string], number>(
      'SELECT 1 FROM given_files WHERE agent_id = ? AND path = ? AND sha256 = ?',
    )
    .pluck();
  const begin = database.prepare(
    `INSERT INTO given_files (agent_id, path, sha256, bytes, state)
     SELECT agent_id, path, sha256, LENGTH(content), 'begun' FROM agent_files
      WHERE agent_id = ? AND sha256 IS NOT NULL
     ON CONFLICT DO NOTHING`,
  );
  const forgetBegun = database.prepare(
    `DELETE FROM given_files WHERE rowid IN (
       SELECT rowid FROM given_files WHERE agent_id = ? AND state = 'begun' ORDER BY rowid DESC LIMIT -1 OFFSET ? + 0)`,
  );
  const forgetEarlier = database.prepare(
    `DELETE FROM given_files WHERE agent_id = @agentId AND NOT EXISTS (
       SELECT 1 FROM agent_files AS laid
        WHERE laid.agent_id = @agentId AND laid.path = given_files.path AND laid.sha256 = given_files.sha256)`,
  );
  const markLaid = database.prepare(`UPDATE given_files SET state = 'laid' WHERE agent_id = ?`);
  const markKept = database.prepare(`UPDATE given_files SET state = 'kept' WHERE agent_id = ? AND path = ?`);
  const kept = database
    .prepare<[string, number], string>(
      `SELECT path FROM given_files WHERE agent_id = ? AND state = 'kept' ORDER BY path LIMIT ? + 0`,
    )
    .pluck();

  const setOf = (agentId: string) => set.get(agentId) ?? { number: 0, replaces: 'new' as const };

  return {
    /** In place of what waits; without any file nothing does. */
    put(agentId: string, files: readonly AgentFile[], replaces: Replaces): void {
      drop.run(agentId);
      for (const { path, content, executable } of files)
        put.run(agentId, path, Buffer.from(content), executable ? 1 : 0, hash('sha256', content, 'hex'));
      putSet.run({ agentId, replaces });
    },
    /** Undefined where nothing waits. */
    waiting(agentId: string): WaitingSet | undefined {
      const files = waiting.all(agentId);
      if (files.length === 0) return undefined;
      const { number, replaces } = setOf(agentId);
      const waits = files.map((file) => ({ ...file, executable: file.executable === 1 }));
      return { number, files: waitingFiles(waits, given.all(agentId), replaces) };
    },
    /** What `put` would leave waiting. */
    preview: (agentId: string, files: readonly AgentFile[], replaces: Replaces): readonly WaitingFile[] =>
      waitingFiles(files, given.all(agentId), replaces),
    /** Whether just this was given before, and may stand in the workspace. */
    wasGiven: (agentId: string, { path, content }: AgentFile): boolean =>
      givenVersion.get(agentId, path, hash('sha256', content, 'hex')) !== undefined,
    summary(agentId: string, pathsMax: number): WaitingSummary | undefined {
      const found = count.get(agentId);
      if (!found || found.count === 0) return undefined;
      return { ...found, replaces: setOf(agentId).replaces, paths: paths.all(agentId, pathsMax) };
    },
    /** What gives way to the set that waits; undefined where none does. */
    replaces: (agentId: string): Replaces | undefined =>
      count.get(agentId)?.count === 0 ? undefined : setOf(agentId).replaces,
    /** From now on what waits may stand in the workspace, all of it or some. */
    begin(agentId: string): void {
      begin.run(agentId);
      forgetBegun.run(agentId, BEGUN_MAX);
      noLongerNew.run(agentId);
    },
    /** What waited was laid, but for what was `kept`; false where another set waits by now. */
    finish(agentId: string, number: number, keptPaths: readonly string[]): boolean {
      if (setOf(agentId).number !== number) return false;
      forgetEarlier.run({ agentId });
      markLaid.run(agentId);
      for (const path of keptPaths) markKept.run(agentId, path);
      drop.run(agentId);
      return true;
    },
    /** What was given last, and not laid since something else stood there. */
    kept: (agentId: string, pathsMax: number): readonly string[] => kept.all(agentId, pathsMax),
    drop: (agentId: string): void => void drop.run(agentId),
  };
}

function waitingFiles(
  files: readonly AgentFile[],
  given: readonly GivenRow[],
  policy: Replaces,
): readonly WaitingFile[] {
  const versions = new Map<string, FileVersion[]>();
  for (const { path, sha256, bytes } of given) {
    const known = versions.get(path);
    if (known) known.push({ sha256, bytes });
    else versions.set(path, [{ sha256, bytes }]);
  }
  const replacesOf = (path: string) => (policy === 'given' ? (versions.get(path) ?? []) : undefined);
  const stays = new Set(files.map(({ path }) => path));
  const gone = [...versions].filter(([path]) => !stays.has(path));
  return [
    // What was changed since is the agent's own by now, whatever else is to be overwritten.
    ...gone.map(([path, known]) => ({ path, content: null, executable: false, replaces: known })),
    ...files.map((file) => ({ ...file, replaces: replacesOf(file.path) })),
  ];
}
