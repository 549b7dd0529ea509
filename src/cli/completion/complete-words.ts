import type { Command, Option } from 'commander';
import { kindOfArgument, kindOfValue, type WordKind } from './word-kind.ts';

/** A word that could stand here, and what it is. */
export interface Candidate {
  readonly word: string;
  readonly about: string;
}

/** What can come next; `isPath` where the shell knows better: a file's name. */
export interface Completion {
  readonly candidates: readonly Candidate[];
  readonly isPath: boolean;
}

export interface CompleteDeps {
  /** Gives a command its options; for those that are listed and not loaded yet. */
  readonly load: (command: Command) => Promise<unknown>;
  /** Ids that begin so; `home` is what was typed for `--home`. */
  readonly ids: (
    noun: WordKind['nouns'][number],
    begin: string,
    home: string | undefined,
  ) => readonly { readonly id: string; readonly about: string }[];
}

/** Where the last word stands. */
interface Place {
  readonly command: Command;
  readonly home: string | undefined;
  /** Whose value it is. */
  readonly option: Option | undefined;
  /** How many arguments stand before it. */
  readonly arguments: number;
  /** After a `--` nothing is an option. */
  readonly isPlain: boolean;
}

/** How the last of these words, which may be empty, can be completed. The program's own name is not among them. */
export async function completeWords(
  program: Command,
  words: readonly string[],
  deps: CompleteDeps,
): Promise<Completion> {
  const typed = words.at(-1) ?? '';
  const place = await placeOf(program, joined(words.slice(0, -1)), deps);
  const [, name, begin] = /^(--[^=]+=)(.*)$/s.exec(typed) ?? [];
  if (name !== undefined && begin !== undefined && !place.isPlain) {
    const option = optionOf(place.command, name.slice(0, -1));
    const { candidates } = option ? ofKind(kindOfValue(option), begin, place, deps) : NOTHING;
    return { candidates: candidates.map(({ word, about }) => ({ word: `${name}${word}`, about })), isPath: false };
  }
  const { command, option, isPlain } = place;
  if (option) return ofKind(kindOfValue(option), typed === '=' ? '' : typed, place, deps);
  if (typed.startsWith('-') && !isPlain) return { candidates: beginning(optionNames(command), typed), isPath: false };
  const argument = command.registeredArguments[place.arguments];
  const found = argument ? ofKind(kindOfArgument(command.name(), argument), typed, place, deps) : NOTHING;
  const commands = place.arguments === 0 ? beginning(commandNames(command), typed) : [];
  return { candidates: [...commands, ...found.candidates], isPath: found.isPath };
}

const NOTHING: Completion = { candidates: [], isPath: false };

/** bash takes `--home=there` apart into three words. */
function joined(words: readonly string[]): readonly string[] {
  return words.filter((word, index) => word !== '=' || !(words[index - 1] ?? '').startsWith('--'));
}

async function placeOf(program: Command, words: readonly string[], { load }: CompleteDeps): Promise<Place> {
  let place: Place = { command: program, home: undefined, option: undefined, arguments: 0, isPlain: false };
  for (const word of words) {
    const { command, option, isPlain } = place;
    if (option) place = { ...place, option: undefined, ...(option.long === '--home' && { home: word }) };
    else if (word === '--') place = { ...place, isPlain: true };
    else if (word.startsWith('-') && !isPlain) place = afterOption(place, word);
    else {
      const next = isPlain || place.arguments > 0 ? undefined : command.commands.find((it) => it.name() === word);
      if (next) await load(next);
      place = next ? { ...place, command: next } : { ...place, arguments: place.arguments + 1 };
    }
  }
  return place;
}

function afterOption(place: Place, word: string): Place {
  const [name = '', ...value] = word.split('=');
  const option = optionOf(place.command, name);
  if (!option?.required) return place;
  if (value.length === 0) return { ...place, option };
  return option.long === '--home' ? { ...place, home: value.join('=') } : place;
}

function optionOf(command: Command, name: string): Option | undefined {
  return optionsOf(command).find(({ long, short }) => long === name || short === name);
}

/** Its own, then those of the commands above it. */
function optionsOf(command: Command): readonly Option[] {
  return command.parent ? [...command.options, ...optionsOf(command.parent)] : command.options;
}

function optionNames(command: Command): readonly Candidate[] {
  const own = optionsOf(command).map(({ long, short, description }) => ({
    word: long ?? short ?? '',
    about: description,
  }));
  return [...own, { word: '--help', about: 'display help for command' }];
}

function commandNames(command: Command): readonly Candidate[] {
  const visible = command.createHelp().visibleCommands(command);
  return visible.map((it) => ({ word: it.name(), about: it.description() }));
}

function ofKind({ nouns, words, isPath }: WordKind, begin: string, { home }: Place, { ids }: CompleteDeps): Completion {
  const known = nouns.flatMap((noun) => ids(noun, begin, home));
  const plain = words.map((word) => ({ word, about: '' }));
  return { candidates: beginning([...plain, ...known.map(({ id, about }) => ({ word: id, about }))], begin), isPath };
}

function beginning(candidates: readonly Candidate[], begin: string): readonly Candidate[] {
  return candidates.filter(({ word }) => word.startsWith(begin));
}
