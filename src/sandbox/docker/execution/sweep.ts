import { readdir } from 'node:fs/promises';
import type { ContainerInfo, ContainerInspectInfo } from 'dockerode';
import { isAgentId } from '../../../domain/ids.ts';
import { containerEnd } from '../container/container-exit.ts';
import { executionEnd } from '../../lifecycle/end-cause.ts';
import type { Engine } from '../client/docker-client.ts';
import { statusBehind } from '../client/engine-error.ts';
import { isExecutionId, isProbe, LABEL, labelFilter } from '../labels.ts';
import { readReport, removeReport, reportedExecutions } from '../../lifecycle/report-file.ts';
import { ignore } from '../../content/safe-directory.ts';
import type { ExecutionEnd, Leftover } from '../../sandbox.ts';
import { removeSocketDirectory, removeSocketRoot, socketRoot, type SocketPlace } from '../sockets.ts';
import type { Volumes } from '../../content/volumes.ts';
import { measureWorkspace, sweepWorkspaces, workspaceFolder, workspacePaths } from '../../content/workspace.ts';

export interface ReaperDeps {
  readonly engine: Engine;
  readonly home: string;
  readonly hash: string;
  readonly sockets: SocketPlace;
  readonly volumes: Volumes;
}

/** Finds and removes what belongs to one home, by its label and its own directories, and nothing else. */
export class Reaper {
  readonly #deps: ReaperDeps;

  constructor(deps: ReaperDeps) {
    this.#deps = deps;
  }

  /** Executions whose container the engine still knows. */
  async leftovers(signal: AbortSignal): Promise<readonly Leftover[]> {
    const found: Leftover[] = [];
    for (const { Id, Labels } of await this.#list(signal)) {
      const executionId = Labels[LABEL.execution] ?? '';
      const agentId = Labels[LABEL.agent] ?? '';
      if (!isExecutionId(executionId) || isProbe(executionId) || !isAgentId(agentId)) continue;
      const container = await this.#inspect(Id, signal);
      if (!container) continue;
      const running = container.State.Running;
      const end = running ? undefined : await this.#describeEnd(container, executionId, agentId);
      found.push({ executionId, agentId, running, end });
    }
    return found;
  }

  /** The container of an execution, running or ended; undefined where there is none. */
  async find(executionId: string, signal: AbortSignal): Promise<ContainerInspectInfo | undefined> {
    const [container] = await this.#list(signal, executionId);
    return container && this.#inspect(container.Id, signal);
  }

  /** Removes container, socket directory, report and temporary files of one execution. */
  async discard(executionId: string): Promise<void> {
    const { sockets, home, volumes } = this.#deps;
    const containers = await this.#list(undefined, executionId);
    await Promise.all(containers.map(({ Id }) => this.#removeContainer(Id)));
    await Promise.all([
      removeSocketDirectory(sockets, executionId),
      removeReport(home, executionId),
      sweepWorkspaces(home, (id) => id === executionId),
    ]);
    volumes.release(executionId);
  }

  /** Removes whatever is left of executions that are not in `keep`, and puts their workspaces back. */
  async sweep(keep: ReadonlySet<string>, signal: AbortSignal): Promise<void> {
    const { home, sockets, volumes } = this.#deps;
    const [containers, reports, directories] = await Promise.all([
      this.#list(signal),
      reportedExecutions(home),
      namesIn(socketRoot(sockets).root),
    ]);
    const known = [...containers.map(({ Labels }) => Labels[LABEL.execution] ?? ''), ...reports, ...directories];
    const stale = (executionId: string) => isExecutionId(executionId) && !keep.has(executionId);
    for (const executionId of new Set(known)) if (stale(executionId)) await this.discard(executionId);
    await removeSocketRoot(sockets);
    const held = containers
      .filter(({ Labels }) => !stale(Labels[LABEL.execution] ?? ''))
      .map(({ Labels }) => `agent-${Labels[LABEL.agent] ?? ''}`);
    await volumes.putBack((_, folder) => held.includes(folder));
    await sweepWorkspaces(home, stale);
  }

  #list(signal: AbortSignal | undefined, executionId?: string): Promise<ContainerInfo[]> {
    const { engine, hash } = this.#deps;
    const filters = labelFilter(hash, executionId);
    return engine.call('list containers', signal, (abortSignal) =>
      engine.docker.listContainers({ all: true, filters, abortSignal }),
    );
  }

  /** Undefined where it is gone meanwhile. */
  async #inspect(id: string, signal: AbortSignal): Promise<ContainerInspectInfo | undefined> {
    const { engine } = this.#deps;
    const container = engine.docker.getContainer(id);
    try {
      return await engine.call('inspect a container', signal, (abortSignal) => container.inspect({ abortSignal }));
    } catch (error) {
      if (statusBehind(error) === 404) return undefined;
      throw error;
    }
  }

  async #removeContainer(id: string): Promise<void> {
    const { engine } = this.#deps;
    const container = engine.docker.getContainer(id);
    try {
      await engine.call('remove a container', undefined, (abortSignal) =>
        container.remove({ force: true, v: true, abortSignal }),
      );
    } catch (error) {
      // Gone already, or on its way out by another call.
      const status = statusBehind(error);
      if (status !== 404 && status !== 409) throw error;
    }
  }

  /** What is known of an ended execution: from its report, else from the engine. */
  async #describeEnd({ State }: ContainerInspectInfo, executionId: string, agentId: string): Promise<ExecutionEnd> {
    const { home } = this.#deps;
    const [report, size] = await Promise.all([
      readReport(home, executionId),
      measureWorkspace(workspacePaths(home, workspaceFolder(agentId)).root),
    ]);
    return executionEnd({
      report,
      failure: undefined,
      container: containerEnd(State),
      // A container that was made but never started has run nothing.
      went: State.Status !== 'created',
      hostStop: undefined,
      measured: {
        cpuMs: undefined,
        wallMs: undefined,
        workspaceBytes: size?.bytes,
        workspaceFiles: size?.files,
        outputBytes: undefined,
      },
    });
  }
}

async function namesIn(directory: string): Promise<readonly string[]> {
  return (await readdir(directory).catch(ignore('ENOENT'))) ?? [];
}
