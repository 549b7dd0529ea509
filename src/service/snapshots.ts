import { faultOf, type TakeFiles } from '../domain/prompt-files.ts';
import { accept, refuse, type Result } from '../domain/refusal.ts';

/** Nobody has to try so often, and each costs this process as much as the files are large. */
const SNAPSHOTS_MAX = 10;

/** The snapshots of files of one execution: one after the other, and only some. */
export class Snapshots {
  readonly #takeFiles: TakeFiles;
  readonly #failed: (error: unknown) => void;
  #last: Promise<unknown> = Promise.resolve();
  #taken = 0;

  /** `failed`: told why none could be taken, where that is nothing about the files. */
  constructor(takeFiles: TakeFiles, failed: (error: unknown) => void) {
    this.#takeFiles = takeFiles;
    this.#failed = failed;
  }

  /**
   * The contents of the files, in their order; undefined where they aren't wanted any more when their turn comes.
   * Refuses: `too_many_requests`, `file_not_found`, `file_refused`, `files_too_large`, `files_unavailable`.
   */
  take(
    names: readonly string[],
    { bytesMax, isWanted }: { readonly bytesMax: number; readonly isWanted: () => boolean },
  ): Promise<Result<readonly Uint8Array[] | undefined>> {
    const taken = this.#last.then(async () => (isWanted() ? this.#take(names, bytesMax) : accept(undefined)));
    this.#last = taken.catch(() => undefined);
    return taken;
  }

  async #take(names: readonly string[], bytesMax: number): Promise<Result<readonly Uint8Array[]>> {
    if (this.#taken >= SNAPSHOTS_MAX)
      return refuse('too_many_requests', `an execution may ask for ${SNAPSHOTS_MAX} snapshots of files`, {
        limit: SNAPSHOTS_MAX,
      });
    this.#taken += 1;
    try {
      const snapshot = await this.#takeFiles(names, bytesMax);
      if (!('fault' in snapshot)) return accept(snapshot.contents);
      return faultOf(snapshot.fault, snapshot.index, names[snapshot.index] ?? '', bytesMax);
    } catch (error) {
      this.#failed(error);
      return refuse('files_unavailable', 'the files can not be read now; ask again, or without them', {
        field: 'files',
      });
    }
  }
}
