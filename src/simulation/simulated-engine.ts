import type { Bundle } from '../domain/resources.ts';
import { BpError } from '../platform/errors.ts';
import type { ContentKind, EndCause, ExecutionEnd, ExecutionRequest } from '../sandbox/sandbox.ts';
import type { Dice } from './dice.ts';

/** A container of the simulated engine. It outlives the orchestrator that made it. */
export interface Container {
  readonly executionId: string;
  readonly agentId: string;
  readonly bundle: Bundle;
  readonly handshake: string;
  readonly token: string;
  /** What its workspace was given, by path. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  phase: 'waiting' | 'running' | 'ended';
  end: ExecutionEnd | undefined;
  /** What its program needs, where that is known; else it uses what it uses of its bundle by chance. */
  need?: Pick<Bundle, 'cpuMs' | 'memoryMb'>;
  /** Requests, as the last orchestrator that counted them has kept them. */
  requests: number;
  /** Told once of its end, or of its removal before that: then the end is unknown. */
  readonly onEnd: Set<(end: ExecutionEnd | undefined) => void>;
}

/** How a program ends. */
export interface Exit {
  readonly cause: EndCause;
  readonly exitCode: number | null;
}

export interface EngineOptions {
  /** Whether `running` is committed. */
  readonly mayGo: (executionId: string) => boolean;
  /** A program begins. */
  readonly onGo: (container: Container) => void;
  /** Told of what only a broken orchestrator asks for. */
  readonly onFinding: (rule: string, detail: string) => void;
}

const GONE_KEPT = 1000;

/** The containers of one machine. No container and no program is real. */
export class SimulatedEngine {
  /** While it is down every call fails; containers go on. */
  isUp = true;
  /** Kinds of what lies on it for executions to read, by their keys. */
  readonly contents = new Map<string, ContentKind>();
  readonly #containers = new Map<string, Container>();
  readonly #dice: Dice;
  readonly #options: EngineOptions;
  /** The last executions that were given their "go". */
  readonly #gone = new Set<string>();

  constructor(dice: Dice, options: EngineOptions) {
    this.#dice = dice;
    this.#options = options;
  }

  get containers(): ReadonlyMap<string, Container> {
    return this.#containers;
  }

  /** Throws what the real sandbox would reject with. */
  checkUp(): void {
    if (!this.isUp) throw new BpError('sandbox_engine_unreachable', 'no Docker engine answers (simulated)');
  }

  create({ executionId, agentId, bundle, handshake, environment, mounts, files: given }: ExecutionRequest): Container {
    for (const { content } of mounts)
      if (!this.contents.has(content))
        throw new BpError('sandbox_content_missing', `content ${content} is not on the engine (simulated)`);
    if (this.#containers.has(executionId) || this.#gone.has(executionId))
      this.#options.onFinding('no execution runs twice', `${executionId} is prepared a second time`);
    const token = environment['BP_EXECUTION_TOKEN'] ?? '';
    const files = new Map(given.flatMap(({ path, content }) => (content === null ? [] : [[path, content] as const])));
    const container: Container = {
      ...{ executionId, agentId, bundle, handshake, token, files },
      ...{ phase: 'waiting', end: undefined, requests: 0, onEnd: new Set() },
    };
    this.#containers.set(executionId, container);
    return container;
  }

  /** Without effect where the container has ended or is gone. */
  go(container: Container): void {
    const { executionId } = container;
    if (this.#gone.has(executionId))
      this.#options.onFinding('no execution runs twice', `${executionId} was told "go" twice`);
    this.#gone.add(executionId);
    if (this.#gone.size > GONE_KEPT)
      for (const oldest of [...this.#gone].slice(0, GONE_KEPT / 2)) this.#gone.delete(oldest);
    if (!this.#options.mayGo(executionId))
      this.#options.onFinding('"go" follows its commit', `${executionId} was told "go", but isn't running`);
    if (container.phase !== 'waiting') return;
    container.phase = 'running';
    this.#options.onGo(container);
  }

  /** The program has ended or was ended. Without effect where it had ended before. */
  end(container: Container, exit: Exit): void {
    if (container.phase === 'ended') return;
    const began = container.phase === 'running';
    container.phase = 'ended';
    container.end = {
      ...exit,
      detail: `${exit.cause} (simulated)`,
      signal: null,
      usage: {
        cpuMs: began ? (least(container, 'cpuMs') ?? this.#dice.whole(1, container.bundle.cpuMs)) : 0,
        memoryPeakBytes: began
          ? (least(container, 'memoryMb') ?? this.#dice.whole(1, container.bundle.memoryMb)) * 1_048_576
          : null,
        wallMs: began ? this.#dice.whole(1, 10_000) : null,
        workspaceBytes: 4096,
        workspaceFiles: 2,
        outputBytes: 0,
      },
    };
    this.#tell(container, container.end);
  }

  /** The machine starts anew: what ran is gone, and so is the program that started it. */
  reboot(): void {
    for (const container of [...this.#containers.values()]) if (container.phase !== 'ended') this.vanish(container);
  }

  /** The program at the other end has died: a supervisor that still waits for its "go" gives up. */
  loseStreams(): void {
    for (const container of this.#containers.values())
      if (container.phase === 'waiting') this.end(container, { cause: 'start_failed', exitCode: null });
  }

  /** Somebody removes it: nobody will know how it ended. */
  vanish(container: Container): void {
    this.#containers.delete(container.executionId);
    const knew = container.phase === 'ended';
    container.phase = 'ended';
    if (!knew) this.#tell(container, undefined);
  }

  remove(executionId: string): void {
    const container = this.#containers.get(executionId);
    if (container?.phase === 'running')
      this.#options.onFinding('what runs is not thrown away', `the container of ${executionId} is removed`);
    if (container) this.vanish(container);
  }

  #tell(container: Container, end: ExecutionEnd | undefined): void {
    const listeners = [...container.onEnd];
    container.onEnd.clear();
    for (const listener of listeners) listener(end);
  }
}

/** It uses what it needs, as far as it has it. */
function least({ bundle, need }: Container, name: 'cpuMs' | 'memoryMb'): number | undefined {
  return need && Math.min(need[name], bundle[name]);
}
