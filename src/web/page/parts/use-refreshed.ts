import { useEffect, useState } from 'preact/hooks';
import { get, RefusedCall } from '../api.ts';
import { useLive } from '../shell/live.ts';

export interface Data<T> {
  /** What was told last; undefined before the first answer. */
  readonly value: T | undefined;
  /** Why the last question was refused. */
  readonly error: string | undefined;
}

/** Asks for something, and again when something has changed, but not sooner than `restMs` after the last answer. */
export function useRefreshed<T>(path: string, { restMs = 1000 }: { readonly restMs?: number } = {}): Data<T> {
  const { version } = useLive();
  const [data, setData] = useState<Data<T> & { readonly path: string }>();
  const [asking] = useState(() => new Asking());

  useEffect(() => {
    const ask = async (signal: AbortSignal) => {
      try {
        setData({ value: await get<T>(path, signal), error: undefined, path });
      } catch (error) {
        if (signal.aborted) return;
        // That the program is away is told elsewhere.
        const why = error instanceof RefusedCall ? error.message : undefined;
        setData((last) => ({ value: last?.path === path ? last.value : undefined, error: why, path }));
      }
    };
    asking.begin(ask, { restMs, version });
    return () => asking.end();
  }, [path]);
  useEffect(() => asking.again(version), [version]);

  return data?.path === path ? data : { value: undefined, error: undefined };
}

/** One question at a time: what changes while it is asked makes it be asked once more. */
class Asking {
  #abort = new AbortController();
  #ask: (signal: AbortSignal) => Promise<void> = () => Promise.resolve();
  #restMs = 0;
  #version = 0;
  #isAsking = false;
  #isOld = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  begin(
    ask: (signal: AbortSignal) => Promise<void>,
    { restMs, version }: { readonly restMs: number; readonly version: number },
  ): void {
    this.end();
    this.#abort = new AbortController();
    this.#ask = ask;
    this.#restMs = restMs;
    this.#version = version;
    this.#isAsking = false;
    void this.#run(this.#abort.signal);
  }

  again(version: number): void {
    if (version === this.#version) return;
    this.#version = version;
    this.#isOld = true;
    if (!this.#isAsking && this.#timer === undefined) void this.#run(this.#abort.signal);
  }

  end(): void {
    this.#abort.abort();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #run(signal: AbortSignal): Promise<void> {
    const isOver = () => signal.aborted;
    if (isOver()) return;
    this.#isAsking = true;
    this.#isOld = false;
    await this.#ask(signal);
    if (isOver()) return;
    this.#isAsking = false;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#isOld) void this.#run(signal);
    }, this.#restMs);
  }
}
