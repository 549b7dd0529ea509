import { BpError } from '../../../platform/errors.ts';
import { imageMissing } from '../container/container.ts';
import type { EngineFacts } from '../client/engine-facts.ts';
import { heldLimits, refuseUnheld, weaknesses, type HeldLimit } from '../client/held-limits.ts';
import type { Aside, CheckMemory } from '../../sandbox.ts';
import { imageFacts } from '../image/image-facts.ts';
import { trialRun, type TrialRunDeps } from './trial-run.ts';

/** See `Sandbox.check`. Resolves with one line each for what works less well than it could. */
export async function check(
  deps: TrialRunDeps,
  signal: AbortSignal,
  { memory, aside }: { readonly memory: CheckMemory | undefined; readonly aside: Aside | undefined },
): Promise<readonly string[]> {
  const { client, config, settings, workspaces } = deps;
  settings.forget();
  const { facts, seccomp } = await settings.get(signal);
  checkRuntime(config.runtime, facts);
  if (facts.shiftsUsers) workspaces.ship(`it shifts user ids (${facts.shiftsUsers})`);
  // What an engine doesn't even claim needs no trial.
  const workspaceWatched = await workspaces.watched();
  refuseUnheld(heldLimits({ facts, workspaceWatched, hasOwnUser: true, boundsSockets: true }), config.accept_unheld);
  const image = await imageFacts(client, config.image, signal);
  if (!image) throw imageMissing(config.image, undefined);
  const placement = await workspaces.placement();
  const { operator, address } = deps;
  const basis = JSON.stringify({ facts, image: image.id, config, seccomp, operator, placement, engine: address.url });
  const recalled = memory?.recall(basis);
  if (recalled) return recalled;
  const trial = (async () => {
    const lines = weaknesses(await tryPlacements(deps, signal));
    // Where another placement had to be found, it has to be found by each process.
    if ((await workspaces.placement()) === placement) memory?.remember(basis, lines);
    return lines;
  })();
  if (!aside) return trial;
  aside(trial);
  return [];
}

/**
 * Where a container can't see what this machine has mounted, plain folders are tried. Where it can't see those either,
 * workspaces are shipped.
 */
async function tryPlacements(deps: TrialRunDeps, signal: AbortSignal): Promise<readonly HeldLimit[]> {
  const { workspaces } = deps;
  const placement = await workspaces.placement();
  try {
    return await trialRun(deps, signal);
  } catch (error) {
    const isUnseen = error instanceof BpError && ['sandbox_volume', 'sandbox_mounts'].includes(error.code);
    if (!isUnseen || placement === 'shipped') throw error;
    if (placement === 'image') workspaces.useFolders(`filesystems in files can't be used here (${error.message})`);
    else workspaces.ship('it sees no folder of this machine');
    return tryPlacements(deps, signal);
  }
}

function checkRuntime(runtime: string | null, { runtimes }: EngineFacts): void {
  if (runtime === null || runtimes.includes(runtime)) return;
  throw new BpError('sandbox_runtime', `the engine has no runtime ${runtime}, only ${runtimes.join(', ')}`, {
    hint: 'register it with the engine, or change sandbox.runtime',
  });
}
