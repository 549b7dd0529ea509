import { BpError } from '../../../platform/errors.ts';
import type { AgentImage } from '../../engine.ts';
import { imageContext, type BuildContext } from './build-context.ts';
import { makeLocalBase, presentLocalBase, registryBase, type ImageBase } from './image-base.ts';
import { buildImage, type ImageDeps } from './image-build.ts';
import { imageFacts } from './image-facts.ts';

export interface ImageRequest extends ImageDeps {
  /** The folder `runtime/` of this package. */
  readonly runtimeDirectory: string;
  /** The agent image's name with its tag. */
  readonly image: string;
}

export type ImageState = 'missing' | 'stale' | 'current';

/** Set to the digest of what the image was built from. */
const LABEL = 'bp-agents.runtime';
/** Set by the Dockerfiles on what an image is only copied from. */
const STAGE_LABEL = 'bp-agents.stage';

/** One line for the operator before what may take minutes. */
const WHY: Readonly<Record<Exclude<ImageState, 'current'>, string>> = {
  missing: 'is not there yet: building it',
  stale: "was built from other files than this program's runtime/: building it again",
};

/** Whether the image is there and made from the present `runtime/`. */
export async function imageState(request: Omit<ImageRequest, 'progress' | 'clock'>): Promise<ImageState> {
  const facts = await imageFacts(request.client, request.image, request.signal);
  if (!facts) return 'missing';
  const { digest } = await readContext(request.runtimeDirectory);
  return facts.labels[LABEL] === digest ? 'current' : 'stale';
}

/**
 * Builds the agent image where it is missing or not made from the present `runtime/`. Can be repeated after any failure.
 * Rejects with `sandbox_image_source` (no `runtime/`), `sandbox_image_base` (nothing to build it on),
 * `sandbox_image_build` (a step failed), or what `engineError` makes of an engine that doesn't answer.
 */
export async function ensureImage(request: ImageRequest): Promise<AgentImage> {
  const { clock, image } = request;
  const beganAt = clock.monotonic();
  const state = await imageState(request);
  const built = state !== 'current';
  if (built) {
    request.progress(`${image} ${WHY[state]}`);
    await build(request, await readContext(request.runtimeDirectory));
    await removeUntagged(request, STAGE_LABEL);
    await removeUntagged(request, LABEL);
  }
  const facts = await imageFacts(request.client, image, request.signal);
  if (!facts) throw new BpError('sandbox_image_build', `${image} was built and is gone again`);
  return { id: facts.id, built, milliseconds: Math.round(clock.monotonic() - beganAt) };
}

/** A registry's base is kept up to date by others, so it comes first; a failure on it leaves the local one to be tried. */
async function build(request: ImageRequest, context: BuildContext): Promise<void> {
  const { runtimeDirectory, progress, signal } = request;
  const local = await presentLocalBase(request, runtimeDirectory);
  if (local) {
    await buildOn(request, context, local);
    return;
  }

  const registry = await registryBase(request);
  if (registry) {
    try {
      await buildOn(request, context, registry);
      return;
    } catch (error) {
      if (signal.aborted || !(error instanceof BpError) || error.code !== 'sandbox_image_build') throw error;
      progress(`${error.message}; making a Debian base from packages instead`);
    }
  }
  await buildOn(request, context, await makeLocalBase(request, runtimeDirectory));
}

async function buildOn(
  request: ImageRequest,
  context: BuildContext,
  { base, buildBase, origin }: ImageBase,
): Promise<void> {
  await buildImage(request, {
    context: { context: context.directory, src: [...context.files] },
    image: request.image,
    labels: { [LABEL]: context.digest },
    arguments: { BASE: base, BUILD_BASE: buildBase },
    network: origin === 'registry',
  });
}

/**
 * Stages and earlier images are gigabytes that nothing needs any more. Those in use can't be removed, and that is no
 * failure.
 */
async function removeUntagged({ client, signal }: ImageDeps, label: string): Promise<void> {
  const filters = { dangling: ['true'], label: [label] };
  await client
    .call('remove unused images', signal, () => client.docker.pruneImages({ filters }))
    .catch(() => undefined);
  signal.throwIfAborted();
}

async function readContext(runtimeDirectory: string): Promise<BuildContext> {
  try {
    return await imageContext(runtimeDirectory);
  } catch (error) {
    throw new BpError('sandbox_image_source', `the image's sources can't be read in ${runtimeDirectory}`, {
      hint: 'install bp-agents anew: its runtime folder is incomplete',
      cause: error,
    });
  }
}
