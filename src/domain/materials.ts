/** Why something in the operator's materials is not shown to agents. */
export const LEFT_OUT = ['version_control', 'environment', 'key', 'link', 'special', 'unreadable', 'name'] as const;
export type LeftOutReason = (typeof LEFT_OUT)[number];

/** What was left out for one reason. */
export interface LeftOut {
  readonly reason: LeftOutReason;
  readonly count: number;
  /** The first of them, as text; whoever lays materials chose the name. */
  readonly example: string;
}

/** What agents can see of the operator's materials by now. */
export interface SeenMaterials {
  readonly files: number;
  readonly bytes: number;
  readonly leftOut: readonly LeftOut[];
  /** Why it is not what lies there now; null where it is. */
  readonly problem: string | null;
}

const TOLD: Readonly<Record<LeftOutReason, readonly [one: string, more: string]>> = {
  version_control: ['folder of version control', 'folders of version control'],
  environment: ['environment file', 'environment files'],
  key: ['key or credential', 'keys or credentials'],
  link: ['link that leads out', 'links that lead out'],
  special: ['special file', 'special files'],
  unreadable: ['unreadable one', 'unreadable ones'],
  name: ['name too long or too deep', 'names too long or too deep'],
};

/** One line for the operator: what agents can read, what they can't, and to whom it may come. Not sanitised. */
export function materialsText({ files, bytes, leftOut, problem }: SeenMaterials): string {
  const shown = `${files} ${files === 1 ? 'file' : 'files'} of materials/ (${sizeText(bytes)})`;
  const out = leftOut.map(({ reason, count, example }) => {
    const also = count === 1 ? '' : `, such as`;
    return `${count} ${TOLD[reason][count === 1 ? 0 : 1]}${count === 1 ? ':' : also} ${example}`;
  });
  const rest = out.length === 0 ? '' : `; left out: ${out.join('; ')}`;
  const readers = files === 0 ? '' : ', and what they read may reach the providers of language models';
  if (problem !== null && files === 0) return `${problem}: agents read nothing of it`;
  if (problem !== null) return `${problem}: agents go on reading what they did: ${shown}`;
  return `agents read ${shown} at /materials${readers}${rest}`;
}

function sizeText(bytes: number): string {
  if (bytes < 10_000) return `${bytes} bytes`;
  return bytes < 10_000_000 ? `${Math.round(bytes / 1000)} kB` : `${Math.round(bytes / 1_000_000)} MB`;
}
