import type { Container } from 'dockerode';
import type { Clock } from '../../../platform/clock.ts';
import type { Randomness } from '../../../platform/randomness.ts';
import type { Content, ContentMount } from '../../sandbox.ts';
import { Turns } from '../../content/turns.ts';
import type { DockerClient } from '../client/docker-client.ts';
import type { PlacedMount } from '../container/container-options.ts';
import type { KnownSettings } from '../container/container-settings.ts';
import { createContainer, tryToRemove } from '../container/container.ts';
import { removeVolume } from '../container/report-volumes.ts';
import { contentName, LABEL } from '../labels.ts';
import { contentMissing, contentVolumes, type ContentVolumes, type WholeContent } from './content-volumes.ts';
import { holderOptions, seal } from './holder.ts';
import { removeHolders } from './holders.ts';

export interface ContentParts {
  readonly client: DockerClient;
  readonly clock: Clock;
  readonly random: Randomness;
  readonly homeLabel: string;
  readonly settings: Pick<KnownSettings, 'get'>;
}

/** Where new content is to be filled in: a volume that nobody else has, and a container that has it at `CONTENT`. */
export interface NewContent {
  readonly volume: string;
  /** Is not started yet, and takes archives. */
  readonly holder: Container;
}

/** As it lies on the engine. */
type Placed = Pick<WholeContent, 'key' | 'kind'>;
type ContentLabels = Readonly<Record<typeof LABEL.content | typeof LABEL.kind, string>>;

/** Fills it in. Owners and permissions don't matter: afterwards all of it is root's, and readable by all. */
export type Fill = (content: NewContent, signal: AbortSignal) => Promise<void>;

/**
 * A home's read-only content on its engine. Each lies in a volume of its own, under a name that is drawn. Another
 * volume, made last, says by a label that the first one is whole. So what was cut off is never found, and doesn't get
 * in the way when it is made anew.
 */
export class EngineContents {
  readonly #parts: ContentParts;
  readonly #volumes: ContentVolumes;
  /** Names of volumes by their keys, as they were last seen. */
  readonly #known = new Map<string, string>();
  readonly #making = new Set<string>();
  readonly #turns = new Map<string, { readonly turns: Turns; waiting: number }>();

  constructor(parts: ContentParts) {
    this.#parts = parts;
    this.#volumes = contentVolumes(parts.client, parts.homeLabel);
  }

  /** Looks whether it is there, and has it made by `fill` where it isn't. One at a time makes the same. */
  async ensure(content: Content, fill: Fill, signal: AbortSignal): Promise<void> {
    const { key } = content;
    if ((await this.#find(key, signal)) !== undefined) return;
    const queue = this.#turns.get(key) ?? { turns: new Turns(), waiting: 0 };
    this.#turns.set(key, queue);
    queue.waiting += 1;
    const made = queue.turns.take(async () => {
      signal.throwIfAborted();
      if ((await this.#find(key, signal)) === undefined) this.#known.set(key, await this.#make(content, fill, signal));
    });
    const over = made.finally(() => {
      queue.waiting -= 1;
      if (queue.waiting === 0) this.#turns.delete(key);
    });
    await untilAborted(over, signal);
  }

  /** The volumes for an execution. Rejects with `sandbox_content_missing` where one is not there. */
  async mountsOf(mounts: readonly ContentMount[], signal: AbortSignal): Promise<readonly PlacedMount[]> {
    const placed: PlacedMount[] = [];
    for (const { content, at } of mounts) {
      const volume = this.#known.get(content) ?? (await this.#find(content, signal));
      if (volume === undefined) throw contentMissing(content);
      placed.push({ volume, at });
    }
    return placed;
  }

  /**
   * To be called when a container has them, and nobody can remove them any more: a volume that was gone is an empty one
   * by then. Rejects with `sandbox_content_missing`.
   */
  async confirm(mounts: readonly ContentMount[], signal: AbortSignal): Promise<void> {
    for (const { content } of mounts) {
      const volume = this.#known.get(content);
      if (volume !== undefined && (await this.#volumes.isOurs(volume, content, signal))) continue;
      this.#known.delete(content);
      throw contentMissing(content);
    }
  }

  /** Removes what was cut off, and what is not wanted. What a container has stays. */
  async sweep(isWanted: (content: Placed) => boolean, signal: AbortSignal): Promise<void> {
    await removeHolders(this.#parts, { ofAll: false }, signal);
    const { whole, others } = await this.#volumes.list(signal);
    for (const { key, kind, marker, volume } of whole) {
      if (volume !== undefined && (isWanted({ key, kind }) || this.#making.has(key))) continue;
      this.#known.delete(key);
      // In this order, so that no half of it is ever found.
      await removeVolume(this.#parts.client, marker);
      if (volume !== undefined) await removeVolume(this.#parts.client, volume);
    }
    for (const { key, volume } of others) if (!this.#making.has(key)) await removeVolume(this.#parts.client, volume);
  }

  /** All of it, for a home that is over. */
  async erase(signal: AbortSignal): Promise<void> {
    await removeHolders(this.#parts, { ofAll: true }, signal);
    await this.sweep(() => false, signal);
  }

  async #find(key: string, signal: AbortSignal): Promise<string | undefined> {
    const known = this.#known.get(key) ?? (await this.#volumes.named(key, signal));
    const isThere = known !== undefined && (await this.#volumes.isOurs(known, key, signal));
    if (isThere) this.#known.set(key, known);
    else this.#known.delete(key);
    return isThere ? known : undefined;
  }

  async #make({ key, source }: Content, fill: Fill, signal: AbortSignal): Promise<string> {
    const { client, random, homeLabel, settings } = this.#parts;
    const volume = `${contentName(homeLabel, key)}-${Buffer.from(random.bytes(8)).toString('hex')}`;
    const labels = { [LABEL.content]: key, [LABEL.kind]: source.kind };
    const options = holderOptions(await settings.get(signal), { homeLabel, key, volume });
    let holder: Container | undefined;
    let whole: string | undefined;
    this.#making.add(key);
    try {
      await this.#volumes.make(volume, labels);
      holder = await createContainer(client, options);
      // Who removes what is nobody's may have come before it.
      if (!(await this.#volumes.isOurs(volume, key, signal))) throw contentMissing(key);
      await fill({ volume, holder }, signal);
      await seal(this.#parts, holder, signal);
      whole = await this.#declareWhole(labels, volume, signal);
      return whole;
    } finally {
      if (holder) await tryToRemove(client, holder);
      if (whole !== volume) await removeVolume(client, volume).catch(() => undefined);
      this.#making.delete(key);
    }
  }

  /** Where another process has made the same meanwhile, the first one counts. */
  async #declareWhole(labels: ContentLabels, volume: string, signal: AbortSignal): Promise<string> {
    const key = labels[LABEL.content];
    const marker = contentName(this.#parts.homeLabel, key);
    const declare = async () => {
      await this.#volumes.make(marker, { ...labels, [LABEL.whole]: volume });
      return this.#volumes.named(key, signal);
    };
    let named = await declare();
    if (named !== undefined && (await this.#volumes.isOurs(named, key, signal))) return named;
    // What it names is gone.
    await removeVolume(this.#parts.client, marker);
    named = await declare();
    if (named === undefined) throw contentMissing(key);
    return named;
  }
}

async function untilAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  let giveUp: () => void = () => undefined;
  const given = new Promise<never>((_, reject) => {
    giveUp = () => reject(signal.reason as Error);
    signal.addEventListener('abort', giveUp, { once: true });
  });
  try {
    await Promise.race([work, given]);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}
