import { z } from 'zod';
import type { Clock } from '../../../platform/clock.ts';
import { BpError } from '../../../platform/errors.ts';
import type { DockerClient } from '../client/docker-client.ts';
import { engineError, engineStatus } from '../client/engine-error.ts';

export interface ImageDeps {
  readonly client: DockerClient;
  readonly clock: Clock;
  /** Shown to the operator, one line each. */
  readonly progress: (line: string) => void;
  readonly signal: AbortSignal;
}

export interface BuildRequest {
  /** A tar archive, or files of a directory. */
  readonly context: NodeJS.ReadableStream | { readonly context: string; readonly src: string[] };
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly arguments: Readonly<Record<string, string>>;
  /** Whether the steps may use the network. */
  readonly network: boolean;
}

/**
 * An engine that says nothing for this long has got stuck. Installing packages on a busy machine is silent for a while.
 */
const BUILD_SILENCE_MS_MAX = 600_000;
/** A registry that can't be reached is often not refused but simply silent. */
const PULL_SILENCE_MS_MAX = 30_000;
const LINE_CHARS_MAX = 110;

/** Builds and tags an image. Rejects with `sandbox_image_build` and the last thing that the failing step printed. */
export async function buildImage(deps: ImageDeps, request: BuildRequest): Promise<void> {
  let lastOutput = '';
  const onEvent = (event: EngineEvent) => {
    const text = event.stream?.trim() ?? '';
    // `Step 2/9 : RUN …` as Docker says it, `[1/2] STEP 2/5: RUN …` as Podman does.
    const step = /^(?:\[\d+\/\d+\] )?STEP (\d+\/\d+) ?: (.*)/i.exec(text);
    if (step) deps.progress(`${request.image} ${step[1]}: ${step[2]}`.slice(0, LINE_CHARS_MAX));
    else if (text !== '' && !text.startsWith('--->')) lastOutput = text.split('\n').at(-1) ?? '';
  };
  await follow(deps, `build ${request.image}`, BUILD_SILENCE_MS_MAX, onEvent, (abortSignal) =>
    deps.client.docker.buildImage(request.context, {
      t: request.image,
      labels: { ...request.labels },
      buildargs: { ...request.arguments },
      rm: true,
      forcerm: true,
      ...(request.network ? {} : { networkmode: 'none' }),
      abortSignal,
    }),
  ).catch((error: unknown) => {
    if (error instanceof StreamError)
      throw new BpError('sandbox_image_build', `${request.image} can't be built: ${error.message} (${lastOutput})`, {
        cause: error,
      });
    throw error;
  });
}

/** Pulls an image. Rejects with `sandbox_image_pull` where no registry gives it. */
export async function pullImage(deps: ImageDeps, image: string): Promise<void> {
  await follow(
    deps,
    `pull ${image}`,
    PULL_SILENCE_MS_MAX,
    () => undefined,
    (abortSignal) => deps.client.docker.pull(image, { abortSignal }),
  ).catch((error: unknown) => {
    const refused =
      error instanceof StreamError || (error instanceof BpError && engineStatus(error.cause) !== undefined);
    if (!refused) throw error;
    throw new BpError('sandbox_image_pull', `${image} can't be pulled: ${error.message}`, { cause: error });
  });
}

/** What was said in the stream of an answer that had begun as a success. */
class StreamError extends Error {
  override readonly name = 'StreamError';
}

const engineEvent = z.object({ stream: z.string().optional(), error: z.string().optional() });
type EngineEvent = z.output<typeof engineEvent>;

/**
 * Makes a call whose answer is a stream of JSON lines and reads it to its end. Rejects with a `StreamError` where the
 * stream tells of a failure, with the signal's reason, or with a `BpError` where the engine gives no answer or falls
 * silent.
 */
async function follow(
  { client, clock, signal }: ImageDeps,
  what: string,
  silenceMsMax: number,
  onEvent: (event: EngineEvent) => void,
  call: (signal: AbortSignal) => Promise<NodeJS.ReadableStream>,
): Promise<void> {
  signal.throwIfAborted();
  const silence = watchSilence(clock, silenceMsMax);
  const giveUp = AbortSignal.any([signal, silence.signal]);
  let failure: StreamError | undefined;
  try {
    const stream = await call(giveUp);
    await new Promise<void>((resolve, reject) => {
      const finished = (error: Error | null) => (error ? reject(error) : resolve());
      client.docker.modem.followProgress(stream, finished, (event: unknown) => {
        silence.heard();
        const { data } = engineEvent.safeParse(event);
        if (data?.error !== undefined) failure = new StreamError(data.error.replace(/\s+/g, ' ').trim().slice(0, 300));
        else if (data) onEvent(data);
      });
    });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (silence.signal.aborted)
      throw new BpError('sandbox_engine', `the Docker engine did not go on to ${what} for ${silenceMsMax / 1000} s`);
    throw failure ?? engineError(what, error);
  } finally {
    silence.end();
  }
  if (failure) throw failure;
}

/** A signal that is aborted when nothing has been heard for too long. */
function watchSilence(clock: Clock, silenceMsMax: number) {
  const silent = new AbortController();
  let timer = new AbortController();
  const listen = () => {
    timer = new AbortController();
    clock.sleep(silenceMsMax, timer.signal).then(
      () => silent.abort(),
      () => undefined,
    );
  };
  listen();
  return {
    signal: silent.signal,
    heard() {
      timer.abort();
      listen();
    },
    end: () => timer.abort(),
  };
}
