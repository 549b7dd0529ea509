import type { Container } from 'dockerode';
import type { Clock } from '../../../platform/clock.ts';
import { BpError } from '../../../platform/errors.ts';
import type { Logger } from '../../../platform/logger.ts';
import { readAttachedStream, type AttachedStream, type ContainerStream } from '../container/attached-stream.ts';
import { watchBudget, type Budget } from '../../lifecycle/budget-watch.ts';
import { containerExit } from '../container/container-exit.ts';
import { signalled } from '../../lifecycle/signalled.ts';
import { withDeadline } from '../../../platform/deadline.ts';
import { executionEnd, type ContainerEnd, type HostStop } from '../../lifecycle/end-cause.ts';
import type { DockerClient } from '../client/docker-client.ts';
import { findCpuCounter, limitSocketMemory, type CpuCounter } from '../container/host-cgroup.ts';
import { createOutputFile, type OutputFile } from '../../content/output-file.ts';
import { readReport } from '../../lifecycle/report-file.ts';
import type { ExecutionEnd, PreparedExecution } from '../../sandbox.ts';
import { isOver, watchSize } from '../../content/size-watch.ts';
import type { Quota } from '../../content/quota.ts';
import type { WorkspacePlace } from '../../content/volumes.ts';
import {
  createEventReader,
  type EndedEvent,
  type EventReader,
  type SupervisorEvent,
} from '../../lifecycle/supervisor-events.ts';
import { measureWorkspace, type WorkspaceSize } from '../../content/workspace.ts';

export interface ExecutionParts {
  readonly client: DockerClient;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly container: Container;
  readonly home: string;
  readonly executionId: string;
  readonly place: WorkspacePlace;
  /** What the host has to see to; undefined where the supervisor does. */
  readonly quota: Quota | undefined;
  readonly budget: Budget;
  readonly stopGraceMs: number;
  /** What its TCP sockets may buffer, where the host has to see to it. */
  readonly socketBytesMax: number | undefined;
  readonly output: { readonly path: string; readonly bytesMax: number; readonly bytesKept?: number };
}

/** A busy machine may take long to start a container, but not for ever. */
const READY_MS_MAX = 30_000;
/** After this long the engine will not tell any more that a killed container has ended. */
const KILL_CONFIRM_MS_MAX = 30_000;
const LOCATE_MS_MAX = 500;
/** The supervisor's report may stand behind all that the agent printed. */
const STREAM_END_MS_MAX = 10_000;
const MEASURE_MS_MAX = 5000;
const TERMINATE_ATTEMPTS = 3;
const KILL_PAUSE_MS = 500;

/**
 * One container, from the moment its streams are attached to its end. It is not removed here: until its end is settled,
 * the container and the report are what a later start of the program would settle it from.
 */
export class DockerExecution implements PreparedExecution {
  readonly ended: Promise<ExecutionEnd>;
  readonly #parts: ExecutionParts;
  readonly #stream: AttachedStream | undefined;
  readonly #events: EventReader;
  readonly #output: OutputFile;
  readonly #begun = signalled();
  readonly #ready = signalled();
  readonly #started = signalled();
  readonly #reported = signalled();
  /** Ends the waiting for the container's end. */
  readonly #giveUp = new AbortController();
  /** Ends the watch over the budget and whatever else serves a running container. */
  readonly #over = new AbortController();
  #report: EndedEvent | undefined;
  #failure: string | undefined;
  #hostStop: HostStop | undefined;
  #stopping: Promise<void> | undefined;
  #wentAt: number | undefined;
  #endedAt: number | undefined;
  #counter: CpuCounter | undefined;
  #cpuMsAtGo: number | undefined;
  #cpuMsAtKill: number | undefined;

  /** `stream` is undefined where the container had ended before it could be attached to. */
  constructor(parts: ExecutionParts, stream: ContainerStream | undefined) {
    this.#parts = parts;
    this.#output = createOutputFile({ ...parts.output, logger: parts.logger });
    this.#events = createEventReader((event) => this.#take(event));
    this.#stream =
      stream &&
      readAttachedStream(stream, {
        stdout: (chunk) => this.#output.write(chunk),
        stderr: (chunk) => this.#events.push(chunk),
      });
    this.ended = this.#findEnd();
  }

  /** To be called once the container was started. Resolves when the supervisor waits for "go". */
  async begin(signal: AbortSignal): Promise<void> {
    this.#begun.resolve();
    const { clock, executionId } = this.#parts;
    // Found before "go", the counter tells what the engine's own start has used. It is there sooner than the supervisor.
    const located = this.#within(LOCATE_MS_MAX, () => this.#locateCounter());
    const late = () =>
      new BpError('sandbox_supervisor', `${executionId}: the supervisor was not ready within ${READY_MS_MAX / 1000} s`);
    const ended = this.ended.then((end) => {
      const said = this.#failure ?? (this.#events.noise || end.detail);
      throw new BpError('sandbox_supervisor', `${executionId}: the supervisor ended before it was ready: ${said}`, {
        hint: 'the image may be out of date; build it anew with `bp-agents image`',
      });
    });
    await withDeadline({ clock, milliseconds: READY_MS_MAX, signal, late }, () =>
      Promise.race([this.#ready.promise, ended]),
    );
    await located;
  }

  /** Instead of `begin` and `go`, for an execution that has had both. */
  async resume(elapsedMs: number): Promise<void> {
    this.#begun.resolve();
    this.#wentAt = this.#parts.clock.monotonic() - elapsedMs;
    // What was counted before "go" is not known any more; the margin is larger.
    this.#cpuMsAtGo = 0;
    await this.#within(LOCATE_MS_MAX, () => this.#locateCounter());
    void this.#guard(this.#wentAt);
  }

  /** Lets go of a container that is about to be removed. */
  async abandon(): Promise<void> {
    this.#begun.resolve();
    this.#giveUp.abort();
    this.#stream?.destroy();
    await this.ended;
  }

  /** Whether "go" was given. */
  get hasBegun(): boolean {
    return this.#wentAt !== undefined;
  }

  async go(): Promise<void> {
    if (this.#wentAt !== undefined) throw new Error('an execution can be started only once');
    if (this.#hostStop === undefined && this.#endedAt === undefined) {
      this.#cpuMsAtGo = this.#counter?.();
      this.#wentAt = this.#parts.clock.monotonic();
      this.#stream?.sendLine('go');
      void this.#guard(this.#wentAt);
    }
    await Promise.race([this.#started.promise, this.ended]);
  }

  async stop(reason: 'operator' | 'shutdown'): Promise<void> {
    await this.#end(reason);
  }

  usedCpuMs(): Promise<number | undefined> {
    if (typeof this.#report?.cpu_us === 'number') return Promise.resolve(this.#report.cpu_us / 1000);
    return Promise.resolve(this.#wentAt === undefined ? 0 : this.#readCpuMs());
  }

  #take(event: SupervisorEvent): void {
    switch (event.event) {
      case 'ready':
        this.#ready.resolve();
        break;
      case 'started':
        this.#started.resolve();
        break;
      case 'failed':
        this.#failure = event.detail;
        this.#reported.resolve();
        break;
      case 'ended':
        this.#report = event;
        this.#reported.resolve();
        break;
    }
  }

  /** The host's own, slower watch over the limits that the supervisor keeps. */
  async #guard(beganAt: number): Promise<void> {
    const { clock, budget, logger, executionId, stopGraceMs, place, quota } = this.#parts;
    const last = beganAt - clock.monotonic() + budget.wallMs + budget.marginMs + stopGraceMs + 2 * KILL_CONFIRM_MS_MAX;
    clock.sleep(Math.max(0, last), this.#over.signal).then(
      () => this.#giveUp.abort(),
      () => undefined,
    );
    try {
      const { signal } = this.#over;
      const watches: Promise<HostStop>[] = [watchBudget(clock, budget, beganAt, () => this.#readCpuMs(), signal)];
      if (quota) watches.push(watchSize(clock, place.paths.root, quota, signal).then(() => 'disk_watch'));
      const reason = await Promise.race(watches);
      if (reason !== 'disk_watch')
        logger.warn({ executionId, reason }, 'the host ends an execution that its supervisor should have ended');
      await this.#end(reason);
    } catch (error) {
      if (!this.#over.signal.aborted) logger.error({ executionId, err: error }, 'the watch over an execution failed');
    }
  }

  #end(reason: HostStop): Promise<void> {
    this.#stopping ??= this.#terminate(reason);
    return this.#stopping;
  }

  async #terminate(reason: HostStop): Promise<void> {
    if (this.#endedAt !== undefined) return;
    const { clock, stopGraceMs } = this.#parts;
    this.#hostStop = reason;
    await this.#kill('SIGTERM', TERMINATE_ATTEMPTS);
    const ended = this.ended.then(() => true);
    const grace = clock.sleep(stopGraceMs, this.#over.signal).then(
      () => false,
      () => true,
    );
    if (!(await Promise.race([ended, grace]))) {
      this.#cpuMsAtKill = this.#readCpuMs();
      clock.sleep(KILL_CONFIRM_MS_MAX, this.#over.signal).then(
        () => this.#giveUp.abort(),
        () => undefined,
      );
      await this.#kill('SIGKILL');
    }
    await this.ended;
  }

  /**
   * Tries again while the engine doesn't answer. A container that doesn't run any more is as good as killed; whether it
   * is, `ended` will tell.
   */
  async #kill(signal: 'SIGTERM' | 'SIGKILL', attempts = Infinity): Promise<void> {
    const { client, clock, container, logger, executionId } = this.#parts;
    const done = () => this.#over.signal.aborted || this.#giveUp.signal.aborted;
    for (let attempt = 0; attempt < attempts && !done(); attempt++) {
      try {
        await client.call('end a container', this.#over.signal, (abortSignal) =>
          container.kill({ signal, abortSignal }),
        );
        return;
      } catch (error) {
        // The engine answered: no such container, or it doesn't run.
        if (!(error instanceof BpError) || error.code === 'sandbox_engine') return;
        logger.warn({ executionId, signal, err: error }, 'a container could not be told to end');
        await clock.sleep(KILL_PAUSE_MS, this.#over.signal).catch(() => undefined);
      }
    }
  }

  async #findEnd(): Promise<ExecutionEnd> {
    await this.#begun.promise;
    const { client, clock, container } = this.#parts;
    const hint = Promise.race([this.#stream?.closed, this.#reported.promise]);
    const exit = await containerExit({ client, clock, container, hint, giveUp: this.#giveUp.signal });
    this.#endedAt = clock.monotonic();
    this.#over.abort();
    try {
      return await this.#describeEnd(exit);
    } catch (error) {
      this.#parts.logger.error({ executionId: this.#parts.executionId, err: error }, 'an end could not be read');
      return this.#endOf(exit, undefined);
    }
  }

  async #describeEnd(exit: ContainerEnd | undefined): Promise<ExecutionEnd> {
    const { home, executionId, place } = this.#parts;
    // All that was printed comes before the end of the stream.
    await this.#within(STREAM_END_MS_MAX, async () => this.#stream?.closed);
    this.#stream?.destroy();
    await this.#output.close();
    this.#report ??= await readReport(home, executionId);
    const measuring = new AbortController();
    const size = await this.#within(
      MEASURE_MS_MAX,
      async () => (await place.size()) ?? (await measureWorkspace(place.paths.root, measuring.signal)),
    );
    measuring.abort();
    return this.#endOf(exit, size);
  }

  #endOf(container: ContainerEnd | undefined, size: WorkspaceSize | undefined): ExecutionEnd {
    const wentAt = this.#wentAt;
    const { quota } = this.#parts;
    return executionEnd({
      report: this.#report,
      failure: this.#failure,
      container,
      went: wentAt !== undefined,
      hostStop: this.#hostStop,
      overQuota: quota !== undefined && size !== undefined && isOver(size, quota),
      measured: {
        cpuMs: wentAt === undefined ? 0 : this.#cpuMsAtKill,
        wallMs: wentAt === undefined || this.#endedAt === undefined ? 0 : this.#endedAt - wentAt,
        workspaceBytes: size?.bytes,
        workspaceFiles: size?.files,
        outputBytes: this.#parts.output.bytesKept === undefined ? this.#output.bytes : undefined,
      },
    });
  }

  /** What the work gives within that time, else undefined. */
  async #within<T>(milliseconds: number, work: () => Promise<T>): Promise<T | undefined> {
    const done = new AbortController();
    const late = this.#parts.clock.sleep(milliseconds, done.signal).then(
      () => undefined,
      () => undefined,
    );
    try {
      return await Promise.race([work(), late]);
    } finally {
      done.abort();
    }
  }

  async #locateCounter(): Promise<void> {
    const { client, container } = this.#parts;
    try {
      const { State, Id } = await client.call('inspect a container', this.#over.signal, (abortSignal) =>
        container.inspect({ abortSignal }),
      );
      await this.#limitSockets(State.Pid, Id);
      this.#counter = await findCpuCounter(State.Pid, Id);
    } catch {
      // The supervisor keeps the budget and reports what was used; only the host's own look is missing.
    }
  }

  async #limitSockets(pid: number, containerId: string): Promise<void> {
    const { socketBytesMax, executionId, logger } = this.#parts;
    if (socketBytesMax === undefined) return;
    if (!(await limitSocketMemory(pid, containerId, socketBytesMax)))
      logger.warn({ executionId }, 'the memory of TCP buffers could not be limited');
  }

  /** CPU milliseconds since "go". What the engine used to start the container is not the agent's. */
  #readCpuMs(): number | undefined {
    const now = this.#counter?.();
    if (now === undefined) return undefined;
    this.#cpuMsAtGo ??= now;
    return now - this.#cpuMsAtGo;
  }
}
