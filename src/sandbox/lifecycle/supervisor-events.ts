import { StringDecoder } from 'node:string_decoder';
import { z } from 'zod';

const count = z.number().nonnegative().max(Number.MAX_SAFE_INTEGER);
const detail = z
  .string()
  .transform((text) => text.slice(0, 500))
  .default('');

const endedEvent = z.object({
  event: z.literal('ended'),
  cause: z.enum(['exited', 'cpu_budget', 'wall_budget', 'disk_quota', 'stopped', 'not_runnable']),
  exit_code: z.int().nullable(),
  signal: z.int().nullable(),
  cpu_us: count.nullable(),
  memory_peak_bytes: count.nullable(),
  /** Processes that the kernel killed since the memory was used up. */
  oom_kills: count.nullable().default(null),
  wall_ms: count.nullable(),
  tree_empty: z.boolean().default(true),
  detail,
});

const supervisorEvent = z.discriminatedUnion('event', [
  z.object({ event: z.literal('ready') }),
  z.object({ event: z.literal('started'), entry: z.string().max(200).default('') }),
  z.object({ event: z.literal('failed'), detail }),
  endedEvent,
]);

/** What the supervisor says, one JSON object per line, on the container's stderr. */
export type SupervisorEvent = z.output<typeof supervisorEvent>;
/** The last of them, which is also the content of `report.json`. */
export type EndedEvent = z.output<typeof endedEvent>;

/** An event, or undefined where the line is not one. */
function parseSupervisorEvent(line: string): SupervisorEvent | undefined {
  return supervisorEvent.safeParse(json(line)).data;
}

/** The supervisor's report, or undefined where the text is not one. */
export function parseReport(text: string): EndedEvent | undefined {
  return endedEvent.safeParse(json(text)).data;
}

const EVENT_LINE_CHARS_MAX = 4096;
const NOISE_CHARS_MAX = 1000;

export interface EventReader {
  push(chunk: Uint8Array): void;
  /** The beginning of whatever came that was no event: what the engine's runtime says when it can't start. */
  readonly noise: string;
}

/** Cuts a byte stream into lines and hands on those that are events. Holds at most one line of limited length. */
export function createEventReader(onEvent: (event: SupervisorEvent) => void): EventReader {
  const decoder = new StringDecoder('utf8');
  let line = '';
  let overlong = false;
  let noise = '';

  function finishLine(): void {
    const event = overlong ? undefined : parseSupervisorEvent(line);
    if (event) onEvent(event);
    else if (noise.length < NOISE_CHARS_MAX) noise = `${noise} ${line}`.trim().slice(0, NOISE_CHARS_MAX);
    line = '';
    overlong = false;
  }

  return {
    push(chunk) {
      const parts = decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)).split('\n');
      for (const [index, part] of parts.entries()) {
        if (index > 0) finishLine();
        const room = EVENT_LINE_CHARS_MAX - line.length;
        if (part.length > room) overlong = true;
        line += part.slice(0, room);
      }
    },
    get noise() {
      return `${noise} ${line}`.trim().slice(0, NOISE_CHARS_MAX);
    },
  };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
