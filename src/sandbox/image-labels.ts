import type { ImageDeps } from './image-build.ts';
import { engineError, engineStatus } from './engine-error.ts';

/** The labels of an image; undefined where there is no such image. */
export async function imageLabels(
  { docker, signal }: Pick<ImageDeps, 'docker' | 'signal'>,
  image: string,
): Promise<Readonly<Record<string, string>> | undefined> {
  try {
    const { Config } = await docker.getImage(image).inspect({ abortSignal: signal });
    return Config.Labels ?? {};
  } catch (error) {
    if (engineStatus(error) === 404) return undefined;
    if (signal.aborted) throw signal.reason;
    throw engineError(`inspect ${image}`, error);
  }
}
