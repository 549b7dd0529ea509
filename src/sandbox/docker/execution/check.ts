import { BpError } from '../../../platform/errors.ts';
import { imageMissing } from '../container/container.ts';
import type { EngineFacts } from '../client/engine-facts.ts';
import { imageFacts } from '../image/image-facts.ts';
import { trialRun, type TrialRunDeps } from './trial-run.ts';

/** See `Sandbox.check`. Resolves with one line each for what works less well than it could. */
export async function check(deps: TrialRunDeps, signal: AbortSignal): Promise<readonly string[]> {
  const { client, config, operator, settings, workspaces } = deps;
  settings.forget();
  const { facts } = await settings.get(signal);
  checkRuntime(config.runtime, facts);
  if (!(await imageFacts(client, config.image, signal))) throw imageMissing(config.image, undefined);
  await tryPlacements(deps, signal);
  const watched = await workspaces.watched();
  return [
    ...facts.warnings,
    ...(facts.cgroupVersion === 1 && operator.uid !== 0 ? [SOCKETS_UNLIMITED] : []),
    ...(watched === undefined ? [] : [`the size of workspaces is only watched: ${watched}`]),
  ];
}

const SOCKETS_UNLIMITED =
  'cgroup v1 without root: an agent can hold memory that it did not buy in the buffers of its TCP sockets';

/** Where a container can't see what this machine has mounted, plain folders are tried, and where not even those, none. */
async function tryPlacements(deps: TrialRunDeps, signal: AbortSignal): Promise<void> {
  const { workspaces } = deps;
  const placement = await workspaces.placement();
  try {
    await trialRun(deps, signal);
  } catch (error) {
    const isUnseen = error instanceof BpError && ['sandbox_volume', 'sandbox_mounts'].includes(error.code);
    if (!isUnseen || placement === 'shipped') throw error;
    if (placement === 'image') workspaces.useFolders(`filesystems in files can't be used here (${error.message})`);
    else workspaces.ship();
    await tryPlacements(deps, signal);
  }
}

function checkRuntime(runtime: string | null, { runtimes }: EngineFacts): void {
  if (runtime === null || runtimes.includes(runtime)) return;
  throw new BpError('sandbox_runtime', `the engine has no runtime ${runtime}, only ${runtimes.join(', ')}`, {
    hint: 'register it with the engine, or change sandbox.runtime',
  });
}
