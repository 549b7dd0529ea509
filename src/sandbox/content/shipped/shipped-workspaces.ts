import type { Config } from '../../../config/schema.ts';
import { workspacesDirectory } from '../../../config/home-places.ts';
import type { Clock } from '../../../platform/clock.ts';
import { BpError } from '../../../platform/errors.ts';
import { namesIn } from '../../../platform/folder.ts';
import type { Logger } from '../../../platform/logger.ts';
import { errorCode } from '../../../platform/system-error.ts';
import type { Carriage, Collected, Reach, WorkspacePlace } from '../placement.ts';
import type { Quota } from '../quota.ts';
import { filesError } from '../safe-file.ts';
import { isOver } from '../size-watch.ts';
import { Turns } from '../turns.ts';
import { fillWorkspace, makeWorkspace, workspacePaths, type WorkspacePaths } from '../workspace.ts';
import { forgetAgreement, readAgreement, writeAgreement } from './agreement.ts';
import { bringHome } from './arrival.ts';
import { agreementPath, finishLanding } from './cut-off-landings.ts';
import { send } from './departure.ts';
import { sizeOf } from './entry.ts';
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
  readonly #turns = new Turns();
  #names: Promise<NameRules> | undefined;

  constructor(deps: ShippedDeps) {
    this.#deps = deps;
  }

  /** Rejects as the engine does, and with `sandbox_files`. */
  async acquire(executionId: string, folder: string): Promise<WorkspacePlace> {
    const place = this.resume(executionId, folder);
    await this.#turns.take(async () => {
      await finishLanding(this.#deps.home, folder);
      await this.#makeRoom();
      await this.#deps.volumes.ensure(folder);
    });
    return place;
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
    if (folder === undefined) return;
    await this.#turns.take(async () => {
      if (this.#isUsed(folder)) return;
      if (await this.#isSettled(folder)) this.#idle.add(folder);
      else await this.#remove(folder);
    });
  }

  /** Takes its volume away. */
  drop(folder: string): Promise<void> {
    return this.#turns.take(() => this.#remove(folder));
  }

  /** Takes away the volumes that hold something of an execution that nobody has any more, or of no agent at all. */
  async sweep(isHeld: (folder: string) => boolean): Promise<void> {
    await this.#turns.take(async () => {
      const agents = new Set(await namesIn(workspacesDirectory(this.#deps.home)));
      for (const folder of await this.#deps.volumes.folders()) {
        if (isHeld(folder) || this.#isUsed(folder)) continue;
        if (agents.has(folder) && (await this.#isSettled(folder))) this.#idle.add(folder);
        else await this.#remove(folder);
      }
      await this.#makeRoom();
    });
  }

  async #makeRoom(): Promise<void> {
    for (const folder of this.#idle) {
      if (this.#idle.size + this.#users.size <= this.#deps.config.workspaces_mounted_max) return;
      await this.#remove(folder);
    }
  }

  #isUsed(folder: string): boolean {
    return [...this.#users.values()].includes(folder);
  }

  async #isSettled(folder: string): Promise<boolean> {
    return (await readAgreement(this.#agreementPath(folder))).settled;
  }

  async #remove(folder: string): Promise<void> {
    this.#idle.delete(folder);
    await forgetAgreement(this.#agreementPath(folder));
    await this.#deps.volumes.remove(folder);
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
        return fillWorkspace(paths, { ...content, handshake: undefined, owner: undefined });
      },
      measure: async () => sizeOf([...(await new HostFolder(paths.root).tree(ENTRIES_MAX)).values()]),
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

  async #bringHome(folder: string, paths: WorkspacePaths, quota: Quota, porter: Porter): Promise<Collected> {
    const path = this.#agreementPath(folder);
    await makeWorkspace(paths);
    // One that this very program has promised and could not make.
    await finishLanding(this.#deps.home, folder);
    this.#names ??= nameRulesOf(paths.staging);
    const { size, outcome } = await bringHome({
      folder: new HostFolder(paths.root),
      landing: new Landing(paths.staging, folder),
      porter,
      agreement: await readAgreement(path),
      quota,
      names: await this.#names,
    });
    if ('refused' in outcome) return { size, refused: outcome.refused };
    await writeAgreement(path, outcome.agreement);
    return { size };
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
    } catch (error) {
      // What this host's own files have refused.
      throw errorCode(error) === undefined || error instanceof BpError ? error : filesError('a workspace', error);
    } finally {
      porter.close();
      await carriage.close();
    }
  }

  #agreementPath(folder: string): string {
    return agreementPath(this.#deps.home, folder);
  }
}
