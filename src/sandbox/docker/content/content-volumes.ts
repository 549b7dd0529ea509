import { BpError } from '../../../platform/errors.ts';
import type { DockerClient } from '../client/docker-client.ts';
import { statusBehind } from '../client/engine-error.ts';
import { contentName, isOfHome, LABEL, labelFilter } from '../labels.ts';

/** Content that something says is whole. */
export interface WholeContent {
  readonly key: string;
  readonly kind: string;
  /** What says so. */
  readonly marker: string;
  /** What it says it of; undefined where that is gone. */
  readonly volume: string | undefined;
}

export interface ContentVolumes {
  make(name: string, labels: Readonly<Record<string, string>>): Promise<void>;
  /** The volume that is said to hold this content, whole; whether it is there is not known yet. */
  named(key: string, signal: AbortSignal): Promise<string | undefined>;
  /** Whether it was made for this content. The engine makes empty ones of any name that a container asks for. */
  isOurs(name: string, key: string, signal: AbortSignal): Promise<boolean>;
  list(signal: AbortSignal): Promise<{
    readonly whole: readonly WholeContent[];
    /** Nothing says that these are whole. */
    readonly others: readonly { readonly key: string; readonly volume: string }[];
  }>;
}

/** The volumes of an engine that belong to the content of one home. */
export function contentVolumes(client: DockerClient, homeLabel: string): ContentVolumes {
  const labelsOf = async (name: string, signal: AbortSignal) => {
    try {
      const { Labels } = await client.call('inspect a volume', signal, (abortSignal) =>
        client.docker.getVolume(name).inspect({ abortSignal }),
      );
      return isOfHome(Labels, homeLabel) ? Labels : undefined;
    } catch (error) {
      if (statusBehind(error) === 404) return undefined;
      throw error;
    }
  };
  return {
    async make(name, labels) {
      const Labels = { [LABEL.home]: homeLabel, ...labels };
      await client.call('make a volume', undefined, (abortSignal) =>
        client.docker.createVolume({ Name: name, Labels, abortSignal }),
      );
    },
    async named(key, signal) {
      return (await labelsOf(contentName(homeLabel, key), signal))?.[LABEL.whole];
    },
    async isOurs(name, key, signal) {
      return (await labelsOf(name, signal))?.[LABEL.content] === key;
    },
    async list(signal) {
      const { label } = labelFilter(homeLabel);
      const filters = JSON.stringify({ label: [...label, LABEL.content] });
      const { Volumes } = await client.call('list volumes', signal, (abortSignal) =>
        client.docker.listVolumes({ filters, abortSignal }),
      );
      const found = Volumes.filter(({ Labels }) => isOfHome(Labels, homeLabel) && Labels[LABEL.content] !== undefined);
      const keyOf = (labels: Readonly<Record<string, string>>) => labels[LABEL.content] ?? '';
      const there = new Set(found.map(({ Name }) => Name));
      const whole = found
        .filter(({ Labels }) => Labels[LABEL.whole] !== undefined)
        .map(({ Name, Labels }) => {
          const volume = Labels[LABEL.whole] ?? '';
          return {
            key: keyOf(Labels),
            kind: Labels[LABEL.kind] ?? '',
            marker: Name,
            volume: there.has(volume) ? volume : undefined,
          };
        });
      const held = new Set(whole.map(({ volume }) => volume));
      const others = found
        .filter(({ Name, Labels }) => Labels[LABEL.whole] === undefined && !held.has(Name))
        .map(({ Name, Labels }) => ({ key: keyOf(Labels), volume: Name }));
      return { whole, others };
    },
  };
}

export function contentMissing(key: string): BpError {
  return new BpError('sandbox_content_missing', `content ${key.slice(0, 12)} is not on the engine any more`, {
    hint: 'it is laid there again before the next execution',
  });
}
