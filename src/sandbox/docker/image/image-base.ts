import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BpError } from '../../../platform/errors.ts';
import { baseContext } from './build-context.ts';
import { runProgram } from '../../../platform/host-program.ts';
import { buildImage, pullImage, type ImageDeps } from './image-build.ts';
import { imageFacts } from './image-facts.ts';

/** What the agent image stands on. */
export interface ImageBase {
  readonly base: string;
  /** The same with a compiler, where there is one such; else the compiler is installed while building. */
  readonly buildBase: string;
  readonly origin: 'registry' | 'local';
}

const REGISTRY_BASE = 'debian:trixie-slim';
const LOCAL_BASE = 'bp-agent-base:trixie';
const LOCAL_BUILD_BASE = 'bp-agent-build:trixie';
const LABEL = 'bp-agents.base';

/** The base of a registry, as it is already here or can be pulled; undefined where no registry gives it. */
export async function registryBase(deps: ImageDeps): Promise<ImageBase | undefined> {
  const found: ImageBase = { base: REGISTRY_BASE, buildBase: REGISTRY_BASE, origin: 'registry' };
  if (await imageFacts(deps.client, REGISTRY_BASE, deps.signal)) return found;
  deps.progress(`asking the registry for ${REGISTRY_BASE}`);
  try {
    await pullImage(deps, REGISTRY_BASE);
    return found;
  } catch (error) {
    if (deps.signal.aborted) throw error;
    if (!(error instanceof BpError) || error.code === 'sandbox_engine_permission') throw error;
    deps.progress('no registry gives it; making a Debian base from packages');
    return undefined;
  }
}

/** A local base, where one has been made from the present files. */
export async function presentLocalBase(deps: ImageDeps, runtimeDirectory: string): Promise<ImageBase | undefined> {
  const { digest } = await baseContext(runtimeDirectory);
  for (const image of [LOCAL_BASE, LOCAL_BUILD_BASE]) {
    const facts = await imageFacts(deps.client, image, deps.signal);
    if (facts?.labels[LABEL] !== digest) return undefined;
  }
  return { base: LOCAL_BASE, buildBase: LOCAL_BUILD_BASE, origin: 'local' };
}

/**
 * Makes a local base from Debian's packages, as whoever may use the engine. Rejects with `sandbox_image_base` where
 * this machine can't: it has no apt, or reaches no mirror.
 */
export async function makeLocalBase(deps: ImageDeps, runtimeDirectory: string): Promise<ImageBase> {
  const { digest } = await baseContext(runtimeDirectory);
  const directory = await mkdtemp(join(tmpdir(), 'bp-agents-base-'));
  try {
    await fetchPackages(deps, join(runtimeDirectory, 'base', 'fetch.sh'), directory);
    const common = { labels: { [LABEL]: digest }, network: false };
    await buildImage(deps, {
      ...common,
      context: createReadStream(join(directory, 'base.tar')),
      image: LOCAL_BASE,
      arguments: {},
    });
    await buildImage(deps, {
      ...common,
      context: createReadStream(join(directory, 'build.tar')),
      image: LOCAL_BUILD_BASE,
      arguments: { BASE: LOCAL_BASE },
    });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
  return { base: LOCAL_BASE, buildBase: LOCAL_BUILD_BASE, origin: 'local' };
}

async function fetchPackages({ progress, signal }: ImageDeps, script: string, directory: string): Promise<void> {
  const { exitCode, lastError } = await runProgram('sh', [script, directory], { onLine: progress, signal });
  if (exitCode === 0) return;
  throw new BpError('sandbox_image_base', `no Debian base could be had: ${lastError || 'fetch.sh failed'}`, {
    hint: `make ${REGISTRY_BASE} available (docker pull, or docker load from another machine), or use a Debian or Ubuntu machine with a reachable mirror`,
  });
}
