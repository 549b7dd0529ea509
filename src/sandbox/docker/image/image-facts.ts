import { z } from 'zod';
import type { DockerClient } from '../client/docker-client.ts';
import { statusBehind } from '../client/engine-error.ts';

/** An image that was imported has none at all, whatever the client's types say. */
const labels = z.record(z.string(), z.string()).catch({});

export interface ImageFacts {
  readonly id: string;
  /** When it was built, as the engine writes it. */
  readonly createdAt: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** What the engine knows of an image; undefined where there is none of that name. */
export async function imageFacts(
  client: DockerClient,
  image: string,
  signal: AbortSignal,
): Promise<ImageFacts | undefined> {
  try {
    const { Id, Config, Created } = await client.call(`inspect the image ${image}`, signal, () =>
      client.docker.getImage(image).inspect(),
    );
    return { id: Id, createdAt: Created, labels: labels.parse(Config.Labels) };
  } catch (error) {
    if (statusBehind(error) === 404) return undefined;
    throw error;
  }
}
