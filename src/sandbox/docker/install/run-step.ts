import type { ContainerCreateOptions } from 'dockerode';
import type { Clock } from '../../../platform/clock.ts';
import { BpError } from '../../../platform/errors.ts';
import type { DockerClient } from '../client/docker-client.ts';
import { attachTo, createContainer, startContainer, tryToRemove } from '../container/container.ts';
import { EXIT_LATE, INSTALL_SECONDS_MAX } from './guarded-command.ts';
import { installFailure } from './install-failure.ts';
import type { Step } from './install-steps.ts';
import type { PackageSources } from './package-sources.ts';
import { PrintedLines } from './printed-lines.ts';

export interface RunningStep {
  readonly step: Step;
  readonly sources: PackageSources;
  /** Whether packages may run programs of their own. `never`: nobody can allow it. */
  readonly scripts: boolean | 'never';
  readonly onLine: (line: string) => void;
}

const LAST_WORDS_MS = 5000;

/**
 * Runs one tool in a container made so, which is removed whatever it comes to. Rejects with what `installFailure` tells,
 * with what the engine rejects with, and with the signal's reason.
 */
export async function runStep(
  { client, clock }: { readonly client: DockerClient; readonly clock: Clock },
  options: ContainerCreateOptions,
  { step, sources, scripts, onLine }: RunningStep,
  signal: AbortSignal,
): Promise<void> {
  onLine(step.told);
  const container = await createContainer(client, options);
  try {
    // What is installed lives as long as this connection.
    const printed = new PrintedLines(onLine, sources.secrets);
    const take = (chunk: Uint8Array) => printed.take(chunk);
    const attachment = await attachTo(client, container, take, signal);
    const closed = new Promise<void>((resolve) => {
      attachment.listen({ received: take, drained: () => undefined, closed: resolve });
    });
    await startContainer(client, container, signal);
    // As long as it takes: the operator watches.
    const { StatusCode: status } = (await container.wait({ abortSignal: signal })) as { StatusCode: number };
    // Its last words, which tell why it failed, may still be on their way.
    await Promise.race([closed, clock.sleep(LAST_WORDS_MS, signal)]);
    if (status === EXIT_LATE)
      throw new BpError('install_failed', `${step.told} took longer than ${INSTALL_SECONDS_MAX / 60} minutes`, {
        hint: 'see what it printed: it may wait for a network that is not there',
      });
    if (status !== 0) {
      const { code, what, hint, line } = installFailure(step.tool, printed.last, { scripts });
      const said = line === undefined ? '' : `: ${line.trim()}`;
      throw new BpError(code, `${step.told} ended with status ${status}: ${what}${said}`, { hint });
    }
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw error;
  } finally {
    await tryToRemove(client, container);
  }
}
