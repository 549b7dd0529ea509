import { readdir } from 'node:fs/promises';
import { volumesDirectory } from '../../config/home-places.ts';
import type { Config } from '../../config/schema.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/logger.ts';
import { hasAmpleRoom, roomError, roomMissing } from './disk-room.ts';
import { MB } from './filesystem-image.ts';
import { folderPlace, imagePlace } from './host-place.ts';
import type { WorkspacePlace } from './placement.ts';
import { quotaMissing, type QuotaSearch } from './quota-means.ts';
import { ignore } from '../../platform/system-error.ts';
import type { Quota } from './quota.ts';
import { Turns } from './turns.ts';
import { Volume } from './volume.ts';

export interface VolumesDeps {
  readonly home: string;
  readonly config: Pick<
    Config['sandbox'],
    'workspace_mb' | 'workspace_files_max' | 'workspace_quota' | 'workspaces_mounted_max'
  >;
  readonly uid: QuotaSearch['uid'];
  readonly searchPath: QuotaSearch['searchPath'];
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Opened {
  readonly volume: Volume;
  readonly users: Set<string>;
  /** Whether the disk's room for its whole quota is its own. `unknown` is what another program left. */
  room: 'unknown' | 'reserved' | 'given_back';
}

/**
 * The workspaces of a home that are filesystems of their own. Where that can't be had, workspaces are plain folders and
 * what is asked of this class is answered for those.
 */
export class Volumes {
  readonly #deps: VolumesDeps;
  /** The one that waits the longest stands first. */
  readonly #opened = new Map<string, Opened>();
  #missing: string | undefined;
  /** Mounts are made and taken away one after the other. */
  readonly #turns = new Turns();

  constructor(deps: VolumesDeps) {
    this.#deps = deps;
  }

  get quota(): Quota {
    const { workspace_mb: mb, workspace_files_max: files } = this.#deps.config;
    return { bytes: mb * MB, files };
  }

  /** Why workspaces are only watched; undefined where they are filesystems of their own. */
  async missing(): Promise<string | undefined> {
    const { uid, searchPath, config } = this.#deps;
    this.#missing ??= await quotaMissing({ uid, searchPath, wanted: config.workspace_quota });
    return this.#missing;
  }

  /** From now on workspaces are only watched. */
  disable(reason: string): void {
    this.#missing = reason;
  }

  /** Makes the workspace ready for an execution and keeps it so until `release`. Rejects: `sandbox_disk`, `sandbox_volume`. */
  async acquire(executionId: string, folder: string): Promise<WorkspacePlace> {
    if ((await this.missing()) !== undefined) return folderPlace(this.#deps.home, folder);
    return this.#mounted(executionId, folder, { isNew: true });
  }

  /** The workspace as an execution has it that began before: its image where that counts, else the plain folder. */
  async resume(executionId: string, folder: string): Promise<WorkspacePlace> {
    const counts = await new Volume({ home: this.#deps.home, folder }).counts();
    return counts ? this.#mounted(executionId, folder, { isNew: false }) : folderPlace(this.#deps.home, folder);
  }

  /** Lets go of a workspace; unless the disk has ample room, what its agent did not use is the disk's again. */
  async release(executionId: string): Promise<void> {
    await this.#turns.take(async () => {
      for (const { users } of this.#opened.values()) users.delete(executionId);
      if (!(await hasAmpleRoom(this.#deps.home))) await this.#giveBackIdle();
    });
  }

  /** Takes a volume away with everything in it. */
  async drop(folder: string): Promise<void> {
    await this.#turns.take(async () => {
      this.#opened.delete(folder);
      const volume = new Volume({ home: this.#deps.home, folder });
      if ((await this.#folders()).includes(folder)) await volume.drop();
    });
  }

  /**
   * Puts every workspace back into its plain folder, but those that `isHeld` names: a container has them. What can't be
   * put back stays whole in its image, for the next time.
   */
  async putBack(isHeld: (volume: Volume, folder: string) => boolean | Promise<boolean>): Promise<void> {
    await this.#turns.take(async () => {
      for (const folder of await this.#folders()) {
        const volume = new Volume({ home: this.#deps.home, folder });
        if (await isHeld(volume, folder)) continue;
        this.#opened.delete(folder);
        await this.#close(folder);
      }
    });
  }

  /** As `putBack`, but for those of executions that were not discarded. */
  async putBackUnused(): Promise<void> {
    await this.putBack((_, folder) => (this.#opened.get(folder)?.users.size ?? 0) > 0);
  }

  /** As `putBack`, where no `run` goes on that would know which containers still do. */
  async recover(): Promise<void> {
    if ((await quotaMissing({ ...this.#deps, wanted: 'auto' })) !== undefined) return;
    await this.putBack(async (volume) => {
      if (!(await volume.isHeldElsewhere(this.#deps.clock))) return false;
      await volume.open(this.quota);
      return true;
    });
  }

  #mounted(executionId: string, folder: string, { isNew }: { readonly isNew: boolean }): Promise<WorkspacePlace> {
    return this.#turns.take(async () => {
      const opened = this.#opened.get(folder) ?? (await this.#add(folder));
      if (isNew) await this.#checkDisk(opened);
      try {
        // Also where it is known: somebody may have unmounted it meanwhile.
        await opened.volume.open(this.quota);
        if (isNew) await this.#reserve(opened);
      } catch (error) {
        // Somebody else may have taken the room meanwhile.
        if (isNew) await this.#checkDisk(opened);
        throw error;
      }
      opened.users.add(executionId);
      this.#opened.delete(folder);
      this.#opened.set(folder, opened);
      return imagePlace(opened.volume, this.quota);
    });
  }

  /** Nothing may run whose writes could fail later, when the kernel brings them to the disk: nobody would be told. */
  async #checkDisk(opened: Opened): Promise<void> {
    const { home } = this.#deps;
    const growth = await opened.volume.growth(this.quota);
    if ((await roomMissing(home, growth)) === 0) return;
    await this.#giveBackIdle(opened);
    if ((await roomMissing(home, growth)) > 0) throw await roomError(home, growth);
  }

  /** Not taken for granted where it was kept: somebody may have trimmed every filesystem of the machine. */
  async #reserve(opened: Opened): Promise<void> {
    if (opened.room === 'reserved' && (await opened.volume.growth(this.quota)) === 0) return;
    await opened.volume.reserve();
    opened.room = 'reserved';
  }

  /**
   * Workspaces that nobody uses now give their unused room back to the disk, all but `kept`. Returns whether there were
   * any.
   */
  async #giveBackIdle(kept?: Opened): Promise<boolean> {
    let any = false;
    for (const [folder, opened] of this.#opened) {
      if (opened === kept || opened.users.size > 0 || opened.room === 'given_back') continue;
      await opened.volume.giveBack().catch((error: unknown) => {
        this.#deps.logger.warn({ folder, err: error }, 'the unused room of a workspace could not be given back');
      });
      opened.room = 'given_back';
      any = true;
    }
    return any;
  }

  async #add(folder: string): Promise<Opened> {
    await this.#makeRoom();
    const volume = new Volume({ home: this.#deps.home, folder });
    const opened: Opened = { volume, users: new Set(), room: 'unknown' };
    this.#opened.set(folder, opened);
    return opened;
  }

  async #makeRoom(): Promise<void> {
    for (const [folder, { users }] of this.#opened) {
      if (this.#opened.size < this.#deps.config.workspaces_mounted_max) return;
      if (users.size > 0) continue;
      this.#opened.delete(folder);
      await this.#close(folder);
    }
  }

  async #close(folder: string): Promise<void> {
    const volume = new Volume({ home: this.#deps.home, folder });
    try {
      await volume.close().catch(async (error: unknown) => {
        // The room that others keep for their next execution may be enough for the copy.
        if (!(await this.#giveBackIdle())) throw error;
        await volume.close();
      });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#deps.logger.error({ folder, err: error }, `${folder} could not be put back: ${reason}; its image is kept`);
      await volume.unmount().catch(() => undefined);
    }
  }

  #folders(): Promise<readonly string[]> {
    return volumeFolders(this.#deps.home);
  }
}

/** The workspaces of a home that are not in their plain folders now. */
export async function volumeFolders(home: string): Promise<readonly string[]> {
  const entries = (await readdir(volumesDirectory(home), { withFileTypes: true }).catch(ignore('ENOENT'))) ?? [];
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}
