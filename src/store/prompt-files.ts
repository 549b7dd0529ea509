import { hash } from 'node:crypto';
import type { Database } from './database.ts';

/** A file as it is handed over. */
export interface HandedFile {
  readonly name: string;
  readonly content: Uint8Array;
}

/** Prompts whose files are let go of at once, at most: each is overwritten, and what is left comes with the next prompt. */
const PROMPTS_LET_GO_MAX = 4;

export type PromptFiles = ReturnType<typeof promptFilesTable>;

/** Contents of files that were handed over; a `Prompt` has all else of them. */
export function promptFilesTable(database: Database) {
  const insert = database.prepare(
    'INSERT INTO prompt_files (prompt_id, number, name, bytes, sha256, content) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const content = database
    .prepare<[number, number], Buffer | null>('SELECT content FROM prompt_files WHERE prompt_id = ? AND number = ?')
    .pluck();
  const keptBytes = database
    .prepare<[], number>('SELECT COALESCE(SUM(bytes), 0) FROM prompt_files WHERE content IS NOT NULL')
    .pluck();
  const oldest = database.prepare<[number], { readonly promptId: number; readonly bytes: number }>(
    `SELECT prompt_id AS promptId, SUM(bytes) AS bytes
       FROM prompt_files INDEXED BY prompt_files_kept JOIN prompts ON prompts.id = prompt_id
      WHERE prompt_files.content IS NOT NULL AND ended_at IS NOT NULL
      GROUP BY prompt_id ORDER BY prompt_id LIMIT ? + 0`,
  );
  const letGo = database.prepare('UPDATE prompt_files SET content = NULL WHERE prompt_id = ?');

  return {
    put(promptId: number, files: readonly HandedFile[]): void {
      for (const [number, file] of files.entries()) {
        const sha256 = hash('sha256', file.content, 'hex');
        insert.run(promptId, number, file.name, file.content.byteLength, sha256, Buffer.from(file.content));
      }
    },
    /** Undefined where it is kept no longer. */
    content: (promptId: number, number: number): Uint8Array | undefined => content.get(promptId, number) ?? undefined,
    /** Lets go of contents of ended prompts, the oldest first, until no more than that is kept, or a few at a time. */
    keepWithin(bytesMax: number): void {
      let over = Number(keptBytes.get()) - bytesMax;
      if (over <= 0) return;
      for (const { promptId, bytes } of oldest.all(PROMPTS_LET_GO_MAX)) {
        letGo.run(promptId);
        over -= bytes;
        if (over <= 0) return;
      }
    },
  };
}
