/** Something that happens at most once and that others wait for. */
export interface Signalled {
  readonly promise: Promise<void>;
  resolve(): void;
}

export function signalled(): Signalled {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
