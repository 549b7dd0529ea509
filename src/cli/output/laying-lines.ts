import { changesDependencies } from '../../operator/update-agent.ts';
import type { Laying, LaidLater } from '../../operator/lay-files.ts';

const SHOWN = 8;

/** `a, b and 3 more`; `count` where there are more than are given. */
export function shortList(paths: readonly string[], count = paths.length): string {
  const shown = paths.slice(0, SHOWN).join(', ');
  return count > SHOWN ? `${shown} and ${count - SHOWN} more` : shown;
}

export function leftOutLines(leftOut: readonly string[]): readonly string[] {
  return leftOut.length > 0 ? [`left out: ${shortList(leftOut)}`] : [];
}

const LATER: Readonly<Record<LaidLater, string>> = {
  run: 'a run goes on',
  execution: 'an execution is not settled',
  image: 'its workspace could not be put back from its image',
  problem: 'they could not be laid now',
};

/** What became of an agent's files, or will. Names in it are the author's. */
export function layingLines(id: string, { later, files, problem }: Laying, isDry = false): readonly string[] {
  return [
    headline(id, later, problem, isDry),
    ...(files
      ? [
          ...listed('added', files.added),
          ...listed('changed', files.changed),
          ...listed('removed', files.removed),
          ...listed('kept', files.kept),
          ...(files.kept.length > 0 ? ['  what is kept was changed since it was given; --overwrite replaces it'] : []),
          ...(files.same > 0 ? [`  as they are: ${files.same}`] : []),
          ...(changesDependencies(files)
            ? [`what it installs by has changed: bp-agents agent install ${id} --again`]
            : []),
        ]
      : []),
  ];
}

function headline(id: string, later: LaidLater | undefined, problem: string | undefined, isDry: boolean): string {
  if (isDry) return `nothing is changed; ${id} would get:`;
  if (later === undefined) return `the files of ${id} are laid:`;
  const why = problem === undefined ? LATER[later] : `${LATER[later]} (${problem})`;
  return `the files of ${id} are laid before its next execution, since ${why}; as it looks now:`;
}

function listed(word: string, paths: readonly string[]): readonly string[] {
  return paths.length === 0 ? [] : [`  ${word} (${paths.length}): ${shortList(paths)}`];
}
