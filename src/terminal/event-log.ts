import type { News, Tone } from '../operator/event-lines.ts';
import { sanitiseLine } from './sanitise.ts';
import { line, textOf, wrapLine, type Line } from './styled.ts';
import { displayWidth } from './width.ts';

/** Of what happened, what can be looked at again. */
const KEPT_MAX = 1000;
/** `14:03:59 ` */
const TIME_COLUMNS = 9;

interface Event {
  readonly time: string;
  readonly text: string;
  readonly tone: Tone | undefined;
  readonly stays: boolean;
  /** Set once for each width: a thousand of them may be drawn several times a second. */
  set?: { readonly columns: number; readonly lines: readonly Line[] };
}

/** What has happened, the newest last. */
export class EventLog {
  readonly #events: Event[] = [];

  /** `stays`: worth a line when all is over. */
  add(time: string, text: string, { tone, stays = true }: News = {}): void {
    this.#events.push({ time, text: sanitiseLine(text), tone, stays });
    if (this.#events.length > KEPT_MAX) this.#events.shift();
  }

  lines(columns: number): readonly Line[] {
    return this.#events.flatMap((event) => eventLines(event, columns));
  }

  /** As many of the newest as fit whole; of the newest alone what fits. */
  newest(columns: number, rows: number): readonly Line[] {
    let found: readonly Line[] = [];
    for (let index = this.#events.length - 1; index >= 0 && found.length < rows; index--) {
      const event = this.#events[index];
      const lines = event ? eventLines(event, columns) : [];
      if (found.length + lines.length > rows) return found.length > 0 ? found : shortened(lines, rows);
      found = [...lines, ...found];
    }
    return found;
  }

  /** The newest of those that stay, as plain text. */
  staying(max: number, columns: number): readonly string[] {
    return this.#events
      .filter(({ stays }) => stays)
      .slice(-max)
      .flatMap((event) => eventLines(event, columns))
      .map(textOf);
  }
}

function eventLines(event: Event, columns: number): readonly Line[] {
  if (event.set?.columns !== columns) event.set = { columns, lines: setLines(event, columns) };
  return event.set.lines;
}

function setLines({ time, text, tone }: Event, columns: number): readonly Line[] {
  const room = columns - TIME_COLUMNS;
  const longest = Math.max(...text.split(' ').map(displayWidth));
  // An address is whole where it can be, so that it can be copied.
  const isHanging = room >= 3 * TIME_COLUMNS && longest <= room;
  if (!isHanging) return wrapLine([...line(`${time} `, 'dim'), ...line(text, tone)], columns);
  const [first = [], ...more] = wrapLine(line(text, tone), room);
  const hanging = line(' '.repeat(TIME_COLUMNS));
  return [[...line(`${time} `, 'dim'), ...first], ...more.map((one) => [...hanging, ...one])];
}

function shortened(lines: readonly Line[], rows: number): readonly Line[] {
  const kept = lines.slice(0, rows);
  return kept.map((one, index) => (index === kept.length - 1 ? [...one, ...line(' …')] : one));
}
