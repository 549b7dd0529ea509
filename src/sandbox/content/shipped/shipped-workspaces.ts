import type { Config } from '../../../config/schema.ts';
import type { Clock } from '../../../platform/clock.ts';
import { namesIn } from '../../../platform/folder.ts';
import type { Logger } from '../../../platform/logger.ts';
import type { Carriage, Reach, WorkspacePlace } from '../placement.ts';
import type { Quota } from '../quota.ts';
import { isOver } from '../size-watch.ts';
import { fillWorkspace, makeWorkspace, workspacePaths, type WorkspacePaths } from '../workspace.ts';
import { forgetAgreement, readAgreement, writeAgreement } from './agreement.ts';
import { bringHome } from './arrival.ts';
import { agreementPath, finishLanding } from './cut-off-landings.ts';
import { send } from './departure.ts';
import { HostFolder } from './host-folder.ts';
import { Landing } from './landing.ts';
import { nameRulesOf, type NameRules } from './name-rules.ts';
import { Porter } from './porter.ts';
import { whileItMoves } from './progress.ts';

/** Volumes of an engine, by the folder that each holds. */
export interface EngineVolumes {
  nameOf(folder: string): string;
  /** Makes it where it is missing. */
  ensure(folder: string): Promise<void>;
  /** Idempotent. One that is in use stays. */
  remove(folder: string): Promise<void>;
  /** The folders of this home that have one. */
  folders(): Promise<readonly string[]>;
}

export interface ShippedDeps {
  readonly home: string;
  readonly config: Pick<Config['sandbox'], 'workspaces_mounted_max'>;
  readonly volumes: EngineVolumes;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Files and folders that are carried to an engine, whoever put them there. */
const ENTRIES_MAX = 100_000;
/** Each look is paid for by the agent, out of its CPU time. */
const WATCH_PAUSE_MS = 1000;
const WATCH_PAUSE_PER_LOOK = 20;

/**
 * The workspaces of a home whose engine sees nothing of this host: each in a volume there, brought up to date before
 * "go" and brought home after the end. What counts is the host's folder; a volume only saves carrying what it has.
 */
export class ShippedWorkspaces {
  readonly #deps: ShippedDeps;
  /** The folder that each execution has, and those that waited the longest first. */
  readonly #users = new Map<string, string>();
  readonly #idle = new Set<string>();
  #names: Promise<NameRules> | undefined;

  constructor(deps: ShippedDeps) {
    this.#deps = deps;
  }

  /** Rejects as the engine does. */
  async acquire(executionId: string, folder: string): Promise<WorkspacePlace> {
    const { volumes } = this.#deps;
    await finishLanding(this.#deps.home, folder);
    await this.#makeRoom();
    await volumes.ensure(folder);
    return this.resume(executionId, folder);
  }

  /** As an execution has it that began before. */
  resume(executionId: string, folder: string): WorkspacePlace {
    this.#users.set(executionId, folder);
    this.#idle.delete(folder);
    return this.#place(folder);
  }

  /** Lets go of it. What isn't at home by now is nowhere. */
  async release(executionId: string): Promise<void> {
    const folder = this.#users.get(executionId);
    this.#users.delete(executionId);
    if (folder === undefined || [...this.#users.values()].includes(folder)) return;
    if ((await readAgreement(this.#agreementPath(folder))).settled) this.#idle.add(folder);
    else await this.drop(folder);
  }

  /** Takes its volume away. */
  async drop(folder: string): Promise<void> {
    this.#idle.delete(folder);
    await forgetAgreement(this.#agreementPath(folder));
    await this.#deps.volumes.remove(folder);
  }

  /** Takes away the volumes that hold something of an execution that nobody has any more, or of no agent at all. */
  async sweep(isHeld: (folder: string) => boolean): Promise<void> {
    const agents = new Set(await namesIn(workspacePaths(this.#deps.home, '').root));
    for (const folder of await this.#deps.volumes.folders()) {
      if (isHeld(folder)) continue;
      const { settled } = await readAgreement(this.#agreementPath(folder));
      if (settled && agents.has(folder)) this.#idle.add(folder);
      else await this.drop(folder);
    }
    await this.#makeRoom();
  }

  async #makeRoom(): Promise<void> {
    for (const folder of this.#idle) {
      if (this.#idle.size + this.#users.size <= this.#deps.config.workspaces_mounted_max) return;
      await this.drop(folder);
    }
  }

  #place(folder: string): WorkspacePlace {
    const paths = workspacePaths(this.#deps.home, folder);
    let handshake: string | undefined;
    return {
      placement: 'shipped',
      paths,
      mount: { kind: 'volume', name: this.#deps.volumes.nameOf(folder) },
      leastFree: () => Promise.resolve(undefined),
      async fill(content) {
        ({ handshake } = content);
        // Here it is the operator's: no agent ever sees this folder.
        await fillWorkspace(paths, { ...content, handshake: undefined, owner: undefined });
      },
      deliver: (reach, signal) => this.#with(reach, signal, (porter) => this.#send(folder, paths, handshake, porter)),
      watch: (_, quota, reach, signal) => this.#watch(quota, reach, signal),
      collect: (quota, reach, signal) =>
        this.#with(reach, signal, (porter) => this.#bringHome(folder, paths, quota, porter)),
    };
  }

  async #send(folder: string, paths: WorkspacePaths, handshake: string | undefined, porter: Porter): Promise<void> {
    const path = this.#agreementPath(folder);
    const agreement = await readAgreement(path);
    await writeAgreement(path, { ...agreement, settled: false });
    const now = this.#deps.clock.now();
    const host = new HostFolder(paths.root);
    await writeAgreement(
      path,
      await send({ folder: host, porter, agreement, handshake, now, entriesMax: ENTRIES_MAX }),
    );
  }

  async #bringHome(folder: string, paths: WorkspacePaths, quota: Quota, porter: Porter) {
    const path = this.#agreementPath(folder);
    await makeWorkspace(paths);
    this.#names ??= nameRulesOf(paths.staging);
    const { agreement, size } = await bringHome({
      folder: new HostFolder(paths.root),
      landing: new Landing(paths.staging, folder),
      porter,
      agreement: await readAgreement(path),
      quota,
      names: await this.#names,
    });
    await writeAgreement(path, agreement);
    return size;
  }

  /** What an agent writes between two looks is on the engine's disk already. */
  async #watch(quota: Quota, reach: Reach, signal: AbortSignal): Promise<void> {
    const { clock, logger } = this.#deps;
    for (;;) {
      const began = clock.monotonic();
      try {
        const weight = await this.#with(reach, signal, (porter) => porter.weigh(quota.files));
        if (!weight || isOver(weight, quota)) return;
      } catch (err) {
        signal.throwIfAborted();
        // The stream may be lost for now; an agent can do nothing about it.
        logger.debug({ err }, 'the size of a workspace could not be told');
      }
      const took = clock.monotonic() - began;
      await clock.sleep(Math.max(WATCH_PAUSE_MS, WATCH_PAUSE_PER_LOOK * took), signal);
    }
  }

  async #with<T>(reach: Reach, signal: AbortSignal, work: (porter: Porter) => Promise<T>): Promise<T> {
    const carriage: Carriage = await reach(signal);
    const porter = new Porter(carriage.stream);
    try {
      return await whileItMoves(this.#deps.clock, porter, signal, () => work(porter));
    } finally {
      porter.close();
      await carriage.close();
    }
  }

  #agreementPath(folder: string): string {
    return agreementPath(this.#deps.home, folder);
  }
}
