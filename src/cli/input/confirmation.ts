import { createInterface } from 'node:readline/promises';
import { reject } from '../output/command-failure.ts';
import type { CliDeps } from '../cli-deps.ts';

/**
 * Asks whether to do what can't be undone. It asks on the terminal, apart from what is printed. Where nobody can be
 * asked, the answer has to be given beforehand, by an option. Throws a refusal otherwise, and the signal's reason where
 * it is aborted.
 */
export async function confirmed(
  { stdin, stderr, interrupt }: Pick<CliDeps, 'stdin' | 'stderr' | 'interrupt'>,
  question: string,
): Promise<boolean> {
  if (!isTerminal(stdin) || !isTerminal(stderr))
    reject('missing_field', 'this can not be undone, and nobody can be asked here: say --yes', { field: 'yes' });
  const asking = createInterface({ input: stdin, output: stderr });
  try {
    const answer = await asking.question(`${question} [y/N] `, { signal: interrupt });
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    asking.close();
  }
}

/** Node types these streams as terminals, whatever they are connected to. */
function isTerminal(stream: NodeJS.ReadStream | NodeJS.WriteStream): boolean {
  return (stream as { readonly isTTY?: boolean }).isTTY === true;
}
