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
  // Only here: no other command asks a single thing.
  const { createPromptModule } = await import('inquirer');
  const ask = createPromptModule({ input: stdin, output: stderr, signal: interrupt });
  // Not inquirer's own confirmation, to which whatever begins with a y is a yes.
  const { answer } = await ask<{ answer: string }>({ type: 'input', name: 'answer', message: `${question} [y/N]` });
  return /^y(es)?$/i.test(answer.trim());
}

/** Node types these streams as terminals, whatever they are connected to. */
function isTerminal(stream: NodeJS.ReadStream | NodeJS.WriteStream): boolean {
  return (stream as { readonly isTTY?: boolean }).isTTY === true;
}
