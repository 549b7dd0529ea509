import type { Argument, Option } from 'commander';
import type { IdNoun } from '../../economy/home/known-ids.ts';

/** What can stand in one place of a command line. */
export interface WordKind {
  /** Ids of these. */
  readonly nouns: readonly IdNoun[];
  /** One of these words. */
  readonly words: readonly string[];
  /** A name of a file or folder. */
  readonly isPath: boolean;
}

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

const ANYTHING: WordKind = { nouns: [], words: [], isPath: false };

const PATHS: readonly string[] = ['dir', 'file', 'path'];

/** By the name of an argument, or that of an option with a value; where it depends on the command, with its name before. */
const NOUNS: Readonly<Record<string, readonly IdNoun[]>> = {
  ...{ agent: ['agent'], id: ['agent'], '--agent': ['agent'], '--id': ['agent'] },
  ...{ bid: ['bid'], prompt: ['prompt'], '--answered-by': ['prompt'], request: ['request'] },
  ...{ execution: ['execution'], '--execution': ['execution'] },
  ...{ 'stop target': ['execution', 'agent'], 'logs target': ['execution', 'agent'] },
  'purge target': ['agent', 'prompt', 'request'],
};

export function kindOfArgument(command: string, argument: Argument): WordKind {
  const name = argument.name();
  if (name === 'shell') return { ...ANYTHING, words: SHELLS };
  return kindOf(name, NOUNS[`${command} ${name}`] ?? NOUNS[name] ?? [], argument.argChoices);
}

/** Of the value of an option that takes one. */
export function kindOfValue({ long, flags, argChoices }: Option): WordKind {
  const [, name = ''] = /[<[]([^>\]]*)/.exec(flags) ?? [];
  return kindOf(name, NOUNS[long ?? ''] ?? [], argChoices);
}

/** Names such as `<agent|model>` are the words themselves. */
function kindOf(name: string, nouns: readonly IdNoun[], choices: readonly string[] | undefined): WordKind {
  return { nouns, words: choices ?? (name.includes('|') ? name.split('|') : []), isPath: PATHS.includes(name) };
}
