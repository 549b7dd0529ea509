import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { refuse, accept, type Result } from '../../domain/refusal.ts';
import type { TemplateShelf } from '../../domain/template.ts';
import { holdsTemplate, readTemplateFolder, SHARED, type FoundTemplate } from './template-folder.ts';

/** The templates in `runtime/templates`. Each is read when it is first asked for. */
export class FolderShelf implements TemplateShelf {
  readonly #directory: string;
  readonly #read = new Map<string, FoundTemplate>();
  #names: readonly string[] | undefined;

  /** `runtimeDirectory`: the folder of `runtime/` in this package. */
  constructor(runtimeDirectory: string) {
    this.#directory = join(runtimeDirectory, 'templates');
  }

  get names(): readonly string[] {
    this.#names ??= readdirSync(this.#directory, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && holdsTemplate(join(this.#directory, entry.name)))
      .map(({ name }) => name)
      .sort();
    return this.#names;
  }

  /** Throws as `readTemplateFolder` does. */
  find(name: string): FoundTemplate | undefined {
    // Only these: a name is also a path.
    if (!this.names.includes(name)) return undefined;
    const found =
      this.#read.get(name) ?? readTemplateFolder(join(this.#directory, name), name, join(this.#directory, SHARED));
    this.#read.set(name, found);
    return found;
  }

  all(): readonly FoundTemplate[] {
    return this.names.flatMap((name) => this.find(name) ?? []);
  }

  /** Refuses `template_not_found`. */
  known(name: string): Result<FoundTemplate> {
    const found = this.find(name);
    if (found) return accept(found);
    return refuse('template_not_found', `there is no such template; there are ${this.names.join(', ')}`, {
      field: 'template',
    });
  }
}
