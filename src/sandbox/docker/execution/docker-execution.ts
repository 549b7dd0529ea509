import type { Duplex } from 'node:stream';
import type { EssentialLimit } from '../../../domain/execution.ts';
import { BpError } from '../../../platform/errors.ts';
import { attachTo, attachToRunning } from '../container/container.ts';
import { watchBudget } from '../../lifecycle/budget-watch.ts';
import type { HeldLimit, HoldBasis } from '../client/held-limits.ts';
import { containerExit } from '../container/container-exit.ts';
import { signalled } from '../../lifecycle/signalled.ts';
import { withDeadline, within } from '../../../platform/deadline.ts';
import { executionEnd, type ContainerEnd, type HostStop } from '../../lifecycle/end-cause.ts';
import { killContainer } from '../container/kill.ts';
import { CpuMeter } from '../container/cpu-meter.ts';
import { addKeptOutput } from '../container/kept-output.ts';
import { createOutputFile, type OutputFile } from '../../content/output-file.ts';
import { createTextHead } from '../container/text-head.ts';
import { readKeptReport } from '../container/kept-report.ts';
import type { Attachment } from '../../stream/attachment.ts';
import { Link } from '../../stream/link.ts';
import type { ExecutionEnd, PreparedExecution } from '../../sandbox.ts';
import { isOver } from '../../content/size-watch.ts';
import { RunningFiles } from '../../lifecycle/running-files.ts';
import type { EndedEvent, ProgressEvent, ReadyEvent } from '../../lifecycle/supervisor-events.ts';
import type { ExecutionParts } from './execution-parts.ts';
import { WorkspaceReturn, type ReturnedWorkspace } from './workspace-return.ts';

/** A busy machine may take long to start a container, but not for ever. */
const READY_MS_MAX = 30_000;
/** After this long the engine will not tell any more that a killed container has ended. */
const KILL_CONFIRM_MS_MAX = 30_000;
const LOCATE_MS_MAX = 5_000;
/** A supervisor that runs answers a greeting at once, as soon as it gets a turn. */
const RESUME_MS_MAX = 20_000;
/** The supervisor's report may stand behind all that the agent printed. */
const STREAM_END_MS_MAX = 10_000;
const TERMINATE_ATTEMPTS = 3;
const STDERR_CHARS_MAX = 1000;

/**
 * One container, from the moment its streams are attached to its end. It is not removed here: until its end is settled,
 * the container and the report are what a later start of the program would settle it from.
 */
export class DockerExecution implements PreparedExecution {
  readonly ended: Promise<ExecutionEnd>;
  readonly takeFiles: PreparedExecution['takeFiles'];
  /** Which limits hold for it, and which it lacks; known once it waits for "go". */
  limits: readonly HeldLimit[] = [];
  unheld: readonly EssentialLimit[] = [];
  keptFiles: readonly string[] = [];
  readonly #parts: ExecutionParts;
  readonly #link: Link;
  readonly #output: OutputFile;
  /** What the supervisor couldn't do, or why the engine couldn't start it. */
  readonly #stderr = createTextHead(STDERR_CHARS_MAX);
  readonly #begun = signalled();
  #isStarted = false;
  #isAdopted = false;
  readonly #ready = signalled();
  readonly #started = signalled();
  readonly #reported = signalled();
  /** Ends the waiting for the container's end. */
  readonly #giveUp = new AbortController();
  /** Ends the watch over the budget and whatever else serves a running container. */
  readonly #over = new AbortController();
  /** Ends the watch over what only a running agent can exceed. */
  readonly #settled = new AbortController();
  readonly #workspace: WorkspaceReturn;
  readonly #files: RunningFiles;
  #report: EndedEvent | undefined;
  #greeted: ReadyEvent | undefined;
  #hostStop: HostStop | undefined;
  #stopping: Promise<void> | undefined;
  #leaving: Promise<void> | undefined;
  #wentAt: number | undefined;
  #endedAt: number | undefined;
  readonly #cpu = new CpuMeter();
  #cpuMsAtKill: number | undefined;

  constructor(parts: ExecutionParts) {
    const { clock, logger, executionId, nonce } = parts;
    this.#parts = parts;
    this.#workspace = new WorkspaceReturn(parts);
    this.#output = createOutputFile({ ...parts.output, logger });
    this.#link = new Link({
      ...{ executionId, nonce, output: this.#output, clock, logger },
      attach: (signal) => this.#attach(signal),
      heard: (event) => this.#take(event),
      unanswered: () => void this.#end('unserved'),
    });
    this.#files = new RunningFiles(clock, (signal) => this.#link.openContent(signal));
    this.takeFiles = (paths, bytesMax) => this.#files.take(paths, bytesMax, this.#over.signal);
    this.ended = this.#findEnd();
  }

  /** To be called first, before the container is started. */
  attach(signal: AbortSignal): Promise<void> {
    return this.#link.open(signal);
  }

  /** To be called once the container was started. Resolves with what its supervisor sees, when that waits for "go". */
  async begin(signal: AbortSignal): Promise<Pick<HoldBasis, 'seen' | 'boundsSockets'>> {
    this.#begun.resolve();
    this.#isStarted = true;
    const { clock, executionId } = this.#parts;
    // Found before "go", the counter tells what the engine's own start has used. It is there sooner than the supervisor.
    const located = this.#locateCounter();
    const late = () =>
      new BpError('sandbox_supervisor', `${executionId}: the supervisor was not ready within ${READY_MS_MAX / 1000} s`);
    const ended = this.ended.then((end) => {
      const message = `${executionId}: the supervisor ended before it was ready: ${this.#stderr.text || end.detail}`;
      throw new BpError('sandbox_supervisor', message, {
        hint: 'the image may be out of date; build it anew with `bp-agents image`',
      });
    });
    await withDeadline({ clock, milliseconds: READY_MS_MAX, signal, late }, () =>
      Promise.race([this.#ready.promise, ended]),
    );
    await this.#parts.place.deliver(this.#files.reach, signal);
    return { seen: this.#greeted?.held, boundsSockets: (await located) ?? false };
  }

  /**
   * Instead of `begin` and `go`, for an execution that an earlier process has begun. `elapsedMs` is believed where the
   * supervisor doesn't tell how long ago its "go" was.
   */
  async resume(elapsedMs: number, signal: AbortSignal): Promise<void> {
    this.#isStarted = true;
    this.#isAdopted = true;
    this.#begun.resolve();
    this.#link.expectAnswer(RESUME_MS_MAX);
    await Promise.all([this.#locateCounter(), Promise.race([this.#ready.promise, this.ended])]);
    signal.throwIfAborted();
    if (this.#greeted?.going === false) {
      // It waits for a "go" that was never given.
      this.#stopping = this.#terminate();
      return;
    }
    this.#wentAt = this.#parts.clock.monotonic() - (this.#greeted?.wall_ms ?? elapsedMs);
    // What was counted before "go" is not known any more; the margin is larger.
    this.#cpu.beginUnseen();
    void this.#guard(this.#wentAt);
  }

  /** Lets go of a container that is about to be removed. */
  async abandon(): Promise<void> {
    this.#begun.resolve();
    this.#giveUp.abort();
    this.#link.close();
    await this.ended;
  }

  /** Whether "go" was given. */
  get hasBegun(): boolean {
    return this.#wentAt !== undefined;
  }

  async go(): Promise<void> {
    if (this.#wentAt !== undefined) throw new Error('an execution can be started only once');
    if (this.#hostStop === undefined && this.#endedAt === undefined) {
      this.#cpu.beginNow();
      this.#wentAt = this.#parts.clock.monotonic();
      this.#link.go();
      void this.#guard(this.#wentAt);
    }
    await Promise.race([this.#started.promise, this.ended]);
  }

  async stop(reason: 'operator' | 'shutdown'): Promise<void> {
    await this.#end(reason);
  }

  serve(accept: (connection: Duplex) => void): void {
    this.#link.serve(accept);
  }

  get requests(): number {
    return this.#report?.requests ?? this.#greeted?.requests ?? 0;
  }

  keepRequests(count: number): void {
    this.#link.keepRequests(count);
  }

  async usedCpuMs(): Promise<number | undefined> {
    if (typeof this.#report?.cpu_us === 'number') return this.#report.cpu_us / 1000;
    return this.#wentAt === undefined ? 0 : (this.#cpu.read() ?? (await this.#link.useSoFar())?.cpuMs);
  }

  async memoryPeakBytes(): Promise<number | undefined> {
    return this.#report?.memory_peak_bytes ?? (await this.#link.useSoFar())?.memoryPeakBytes;
  }

  #attach(signal: AbortSignal): Promise<Attachment> {
    const { client, container } = this.#parts;
    const attach = this.#isStarted ? attachToRunning : attachTo;
    return attach(client, container, (chunk) => this.#stderr.push(chunk), signal);
  }

  #take(event: ProgressEvent): void {
    switch (event.event) {
      case 'ready':
        this.#greeted ??= event;
        this.#ready.resolve();
        if (!event.going && this.#wentAt !== undefined && this.#hostStop === undefined) this.#link.go();
        break;
      case 'started':
        this.#started.resolve();
        break;
      case 'ended':
        this.#report = event;
        this.#settled.abort();
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
      const signal = AbortSignal.any([this.#over.signal, this.#settled.signal]);
      const watches: Promise<HostStop>[] = [watchBudget(clock, budget, beganAt, () => this.#cpu.read(), signal)];
      if (quota) watches.push(place.watch(clock, quota, this.#files.reach, signal).then(() => 'disk_watch'));
      const reason = await Promise.race(watches);
      if (reason !== 'disk_watch')
        logger.warn({ executionId, reason }, 'the host ends an execution that its supervisor should have ended');
      await this.#end(reason);
    } catch (error) {
      if (!this.#over.signal.aborted && !this.#settled.signal.aborted)
        logger.error({ executionId, err: error }, 'the watch over an execution failed');
    }
  }

  #end(reason: HostStop): Promise<void> {
    if (!this.#stopping && this.#endedAt === undefined) this.#hostStop = reason;
    this.#stopping ??= this.#terminate();
    return this.#stopping;
  }

  async #terminate(): Promise<void> {
    if (this.#endedAt !== undefined) return;
    const { clock, stopGraceMs } = this.#parts;
    await this.#kill('SIGTERM', TERMINATE_ATTEMPTS);
    const ended = this.ended.then(() => true);
    const grace = clock.sleep(stopGraceMs, this.#over.signal).then(
      () => false,
      () => true,
    );
    if (!(await Promise.race([ended, grace]))) {
      this.#cpuMsAtKill = this.#cpu.read();
      clock.sleep(KILL_CONFIRM_MS_MAX, this.#over.signal).then(
        () => this.#giveUp.abort(),
        () => undefined,
      );
      await this.#kill('SIGKILL');
    }
    await this.ended;
  }

  #kill(signal: 'SIGTERM' | 'SIGKILL', attempts = Infinity): Promise<void> {
    const { client, clock, container, logger, executionId } = this.#parts;
    const done = AbortSignal.any([this.#over.signal, this.#giveUp.signal]);
    const failed = (err: BpError) => logger.warn({ executionId, signal, err }, 'a container could not be told to end');
    return killContainer({ client, clock, container, signal, attempts, done, failed });
  }

  async #findEnd(): Promise<ExecutionEnd> {
    await this.#begun.promise;
    const { client, clock, container } = this.#parts;
    const hint = Promise.race([this.#link.lost, this.#reported.promise]);
    void this.#reported.promise.then(() => this.#takeLeave());
    const exit = await containerExit({ client, clock, container, hint, giveUp: this.#giveUp.signal });
    this.#endedAt = clock.monotonic();
    this.#over.abort();
    try {
      return await this.#describeEnd(exit);
    } catch (error) {
      this.#parts.logger.error({ executionId: this.#parts.executionId, err: error }, 'an end could not be read');
      return this.#endOf(exit, {});
    }
  }

  /** While the supervisor stays for it: what the agent has left is brought home over the same stream. */
  async #takeLeave(): Promise<void> {
    this.#leaving = this.#workspace.early(this.#files.reach, this.#over.signal);
    await this.#leaving;
    if (this.#parts.place.placement === 'shipped') this.#link.done();
  }

  async #describeEnd(exit: ContainerEnd | undefined): Promise<ExecutionEnd> {
    const { clock } = this.#parts;
    await this.#leaving;
    // All that was printed comes before the end of the stream.
    await within(clock, STREAM_END_MS_MAX, () => this.#link.drained());
    this.#link.close();
    if (exit && this.#isReportKept()) await this.#readKept();
    await this.#output.close();
    const isThere = exit !== undefined && (this.#wentAt !== undefined || this.#isAdopted);
    return this.#endOf(exit, await this.#workspace.late({ isThere }));
  }

  /** Whether there may be more to know than the stream has brought. Where nothing of the agent ever ran, there isn't. */
  #isReportKept(): boolean {
    if (this.#wentAt === undefined && !this.#isAdopted) return false;
    return this.#report === undefined || this.#report.output_bytes > this.#output.bytes;
  }

  /** What the stream didn't bring: it ended while nobody was attached. */
  async #readKept(): Promise<void> {
    const { client, container, executionId, logger } = this.#parts;
    try {
      const kept = await readKeptReport(client, container, this.#giveUp.signal);
      this.#report ??= kept.report;
      addKeptOutput(this.#output, kept, this.#report?.output_bytes ?? 0);
    } catch (error) {
      logger.debug({ executionId, err: error }, 'a container has left no report');
    }
  }

  #endOf(container: ContainerEnd | undefined, { size, kept }: ReturnedWorkspace): ExecutionEnd {
    const [wentAt, { quota, memoryBytes }] = [this.#wentAt, this.#parts];
    return executionEnd({
      report: this.#report,
      complaint: this.#stderr.text || undefined,
      ...{ container, memoryBytes },
      went: wentAt !== undefined,
      hostStop: this.#hostStop,
      workspaceKept: kept,
      overQuota: quota !== undefined && size !== undefined && isOver(size, quota),
      measured: {
        cpuMs: wentAt === undefined ? 0 : this.#cpuMsAtKill,
        wallMs: wentAt === undefined || this.#endedAt === undefined ? 0 : this.#endedAt - wentAt,
        workspaceBytes: size?.bytes,
        workspaceFiles: size?.files,
        outputBytes: this.#output.bytes,
      },
    });
  }

  /** Resolves with false where the TCP buffers could not be limited, though the host has to; undefined: too late to tell. */
  #locateCounter(): Promise<boolean | undefined> {
    const { client, clock, container, socketBytesMax } = this.#parts;
    const { signal } = this.#over;
    return within(clock, LOCATE_MS_MAX, () => this.#cpu.locate(client, container, { socketBytesMax, signal }));
  }
}
