import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { beginLaying, finishLaying, updateFiles } from '../../../src/economy/agents/agent-files.ts';
import { layInFolder } from '../../../src/sandbox/content/workspace-update.ts';
import { makeAgent, openTestEconomy, type TestEconomy } from '../../helpers/economy.ts';

const PATHS = ['main.py', 'a', 'b', 'folder/a', 'folder/b'] as const;
type Path = (typeof PATHS)[number];

type Step =
  | { readonly kind: 'give'; readonly files: Readonly<Partial<Record<Path, string>>>; readonly overwrites: boolean }
  /** Cut off after some of the files where it is not whole. */
  | { readonly kind: 'lay'; readonly part: number | 'all' }
  | { readonly kind: 'write'; readonly path: Path }
  | { readonly kind: 'remove'; readonly path: Path };

const content = fc.constantFrom('1', '2', '3');
const files = fc.record(
  { 'main.py': content, a: content, b: content, 'folder/a': content, 'folder/b': content },
  { requiredKeys: ['main.py'] },
);
const path = fc.constantFrom(...PATHS);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('give' as const), files, overwrites: fc.boolean() }),
  fc.record({ kind: fc.constant('lay' as const), part: fc.oneof(fc.nat(4), fc.constant('all' as const)) }),
  fc.record({ kind: fc.constant('write' as const), path }),
  fc.record({ kind: fc.constant('remove' as const), path }),
);

/** What must stand in the workspace, without a hash: who wrote each file last is enough to tell. */
class Model {
  readonly disk = new Map<Path, { text: string; by: 'author' | 'agent' }>();
  #waiting: { readonly files: Readonly<Partial<Record<Path, string>>>; readonly replacesAll: boolean } | undefined;
  /** Nothing of the author's was ever begun to be laid, nor was the operator asked to overwrite anything. */
  #isNew = true;
  #writes = 0;

  give({ files, overwrites }: Extract<Step, { kind: 'give' }>): void {
    this.#waiting = { files, replacesAll: overwrites };
    if (overwrites) this.#isNew = false;
  }

  write(at: Path): string {
    const text = `by the agent ${(this.#writes += 1)}`;
    this.disk.set(at, { text, by: 'agent' });
    return text;
  }

  /** `laid`: the paths that were come to. */
  lay(laid: ReadonlySet<string>, isWhole: boolean): void {
    if (!this.#waiting) return;
    const { files: given, replacesAll } = this.#waiting;
    for (const at of PATHS) {
      if (!laid.has(at)) continue;
      const [text, standing] = [given[at], this.disk.get(at)];
      if (text === undefined) {
        if (standing?.by === 'author') this.disk.delete(at);
      } else if (!standing || standing.by === 'author' || replacesAll || this.#isNew) {
        this.disk.set(at, { text, by: 'author' });
      }
    }
    this.#isNew = false;
    if (isWhole) this.#waiting = undefined;
  }
}

it('whatever is given, cut off, written and removed: what the agent wrote stays, and all else becomes what was given last', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 12 }), async (steps) => {
      const economy = openTestEconomy();
      try {
        makeAgent(economy, 'a');
        await follow(economy, steps);
      } finally {
        economy.close();
      }
    }),
    { numRuns: 60 },
  );
});

async function follow(economy: TestEconomy, steps: readonly Step[]): Promise<void> {
  const model = new Model();
  model.give({ kind: 'give', files: { 'main.py': 'pass\n' }, overwrites: false });
  const at = (name: Path) => join(economy.home, 'workspaces', 'agent-a', name);
  for (const taken of [...steps, { kind: 'lay', part: 'all' } as const]) {
    if (taken.kind === 'give') {
      const given = Object.entries(taken.files).map(([name, text]) => ({
        ...{ path: name, content: Buffer.from(text), executable: false },
      }));
      expect(updateFiles(economy, 'a', given, taken)).toBeUndefined();
      model.give(taken);
    } else if (taken.kind === 'write') {
      mkdirSync(dirname(at(taken.path)), { recursive: true });
      writeFileSync(at(taken.path), model.write(taken.path));
    } else if (taken.kind === 'remove') {
      rmSync(at(taken.path), { force: true });
      model.disk.delete(taken.path);
    } else {
      await lay(economy, model, taken.part);
    }
  }
  for (const name of PATHS) expect([name, read(at(name))]).toEqual([name, model.disk.get(name)?.text]);
}

async function lay(economy: TestEconomy, model: Model, part: number | 'all'): Promise<void> {
  const set = beginLaying(economy, 'a');
  if (!set) return;
  const some = part === 'all' ? set.files : set.files.slice(0, part);
  const { kept = [] } = (await layInFolder(economy.home, { agentId: 'a', files: some }, { uid: 1 })) ?? {};
  if (part === 'all') expect(finishLaying(economy, 'a', { number: set.number, kept })).toBe(true);
  model.lay(new Set(some.map((file) => file.path)), part === 'all');
}

function read(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}
