import type { SeenMaterials } from '../../../domain/materials.ts';
import type { Clock } from '../../../platform/clock.ts';
import { BpError } from '../../../platform/errors.ts';
import type { Content, ContentKind, ExposedMaterials } from '../../sandbox.ts';
import type { MaterialsFolder, MaterialsLook } from './materials-folder.ts';

export interface MaterialsParts {
  readonly clock: Clock;
  readonly folder: Pick<MaterialsFolder, 'look'>;
  readonly place: (content: Content, signal: AbortSignal) => Promise<void>;
  readonly keep: (kind: ContentKind, keys: ReadonlySet<string>, signal: AbortSignal) => Promise<void>;
}

const NOTHING: MaterialsLook = { content: null, files: 0, bytes: 0, leftOut: [] };
/** What changes faster than it can be placed is left as it was. */
const ATTEMPTS_MAX = 3;
/** Longer than an execution takes to be made ready; no content is removed that it has mounted. */
const GIVEN_MS = 120_000;

/** What executions see of the operator's materials: what lay in the folder when they were asked for, as far as it may be seen. */
export class Materials {
  readonly #parts: MaterialsParts;
  /** What was placed last. */
  #seen = NOTHING;
  #told = toldOf(NOTHING, null);
  /** When what has these keys was last given to an execution, which may not have it mounted yet. */
  readonly #given = new Map<string, number>();
  #kept: string | undefined;
  #looking: Promise<MaterialsLook> | undefined;
  #next: Promise<MaterialsLook> | undefined;

  constructor(parts: MaterialsParts) {
    this.#parts = parts;
  }

  /** Looks, and sees to it that it is on the engine. Rejects as `place` does where that is the engine's fault. */
  async expose(signal: AbortSignal): Promise<ExposedMaterials> {
    let problem: string | null = null;
    for (let attempt = 1; ; attempt++) {
      try {
        const look = await this.#look();
        if (look.content) {
          // Before it is there, so that nobody takes it away as soon as it is.
          this.#given.set(look.content.key, this.#parts.clock.monotonic());
          await this.#parts.place(look.content, signal);
        }
        this.#seen = look;
        break;
      } catch (error) {
        const isChanged = error instanceof BpError && error.code === 'sandbox_content_changed';
        if (isChanged && attempt < ATTEMPTS_MAX) continue;
        if (!isChanged && !(error instanceof BpError && error.code.startsWith('materials_'))) throw error;
        problem = error.message;
        await this.#placeAgain(signal);
        break;
      }
    }
    await this.#keepOne(signal);
    const { content, files, bytes } = this.#seen;
    return { content: content?.key ?? null, files, bytes, news: this.#news(problem) };
  }

  /** Who asks while somebody looks, wants to have what lies there now: all of them share the next look. */
  #look(): Promise<MaterialsLook> {
    if (this.#next) return this.#next;
    const begin = () => {
      this.#next = undefined;
      const looking = this.#parts.folder.look().finally(() => {
        if (this.#looking === looking) this.#looking = undefined;
      });
      this.#looking = looking;
      return looking;
    };
    if (!this.#looking) return begin();
    this.#next = this.#looking.then(begin, begin);
    return this.#next;
  }

  /** What was seen before may be gone from the engine, and can't be had again where it has changed. */
  async #placeAgain(signal: AbortSignal): Promise<void> {
    if (!this.#seen.content) return;
    try {
      await this.#parts.place(this.#seen.content, signal);
    } catch (error) {
      if (!(error instanceof BpError && error.code === 'sandbox_content_changed')) throw error;
      this.#seen = NOTHING;
    }
  }

  /** One copy an engine, and for a while those that it takes the place of. */
  async #keepOne(signal: AbortSignal): Promise<void> {
    const now = this.#parts.clock.monotonic();
    for (const [key, at] of this.#given) if (now - at > GIVEN_MS) this.#given.delete(key);
    if (this.#seen.content) this.#given.set(this.#seen.content.key, now);
    const kept = [...this.#given.keys()].sort().join();
    if (kept === this.#kept) return;
    await this.#parts.keep('tree', new Set(this.#given.keys()), signal);
    this.#kept = kept;
  }

  #news(problem: string | null): SeenMaterials | undefined {
    const told = toldOf(this.#seen, problem);
    if (told === this.#told) return undefined;
    this.#told = told;
    const { files, bytes, leftOut } = this.#seen;
    return { files, bytes, leftOut, problem };
  }
}

/** The same as long as there is nothing new to tell. */
function toldOf({ content, leftOut }: MaterialsLook, problem: string | null): string {
  return JSON.stringify([content?.key ?? null, leftOut, problem]);
}
