import type { Config } from '../../config/schema.ts';
import type { Placement, WorkspacePlace } from './placement.ts';
import type { Quota } from './quota.ts';
import type { ShippedWorkspaces } from './shipped/shipped-workspaces.ts';
import type { Volumes } from './volumes.ts';

/** All workspaces of a home, wherever they lie. */
export class Workspaces {
  readonly #volumes: Volumes;
  readonly #shipped: ShippedWorkspaces;
  /** Why they are shipped; undefined where they aren't. */
  #shipping: string | undefined;

  /** `shipping`: why they are shipped from the start. */
  constructor(volumes: Volumes, shipped: ShippedWorkspaces, shipping: string | undefined) {
    this.#volumes = volumes;
    this.#shipped = shipped;
    this.#shipping = shipping;
  }

  get quota(): Quota {
    return this.#volumes.quota;
  }

  /** Where the next one is to lie. */
  async placement(): Promise<Placement> {
    if (this.#shipping !== undefined) return 'shipped';
    return (await this.#volumes.missing()) === undefined ? 'image' : 'folder';
  }

  /** Why workspaces are only watched; undefined where they are filesystems of their own. */
  async watched(): Promise<string | undefined> {
    return this.#shipping === undefined
      ? this.#volumes.missing()
      : `they are volumes of the engine (${this.#shipping})`;
  }

  /** From now on they are folders as they are. */
  useFolders(reason: string): void {
    this.#volumes.disable(reason);
  }

  /** From now on they are shipped. */
  ship(reason: string): void {
    this.#shipping = reason;
  }

  /** Makes a workspace ready for an execution and keeps it so until `release`. Rejects: `sandbox_disk`, `sandbox_volume`. */
  acquire(executionId: string, folder: string): Promise<WorkspacePlace> {
    return this.#shipping === undefined
      ? this.#volumes.acquire(executionId, folder)
      : this.#shipped.acquire(executionId, folder);
  }

  /** The workspace as an execution has it that began before. */
  async resume(executionId: string, folder: string, placement: Placement): Promise<WorkspacePlace> {
    if (placement === 'shipped') return this.#shipped.resume(executionId, folder);
    return this.#volumes.resume(executionId, folder);
  }

  /** Lets go of a workspace. */
  async release(executionId: string): Promise<void> {
    await this.#volumes.release(executionId);
    await this.#shipped.release(executionId);
  }

  /** Takes away all that a workspace is beside the host's folder. */
  async drop(folder: string): Promise<void> {
    await this.#volumes.drop(folder);
    if (this.#shipping !== undefined) await this.#shipped.drop(folder);
  }

  /** Puts everything back but what `isHeld`: a container has it. */
  async putBack(isHeld: (folder: string) => boolean): Promise<void> {
    await this.#volumes.putBack((_, folder) => isHeld(folder));
    await this.#shipped.sweep(isHeld);
  }

  /** As `putBack`, but for what executions have that were not discarded. What was shipped stays for the next time. */
  async putBackUnused(): Promise<void> {
    await this.#volumes.putBackUnused();
  }
}

/** Why workspaces are shipped whatever the engine sees; undefined where that is to be found out. */
export function alwaysShipped({ workspace_placement: placement }: Config['sandbox']): string | undefined {
  if (placement === 'shipped') return 'sandbox.workspace_placement is shipped';
  return process.platform === 'linux' ? undefined : 'this machine is not Linux';
}
