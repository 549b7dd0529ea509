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
  /** All that the agent has printed, and the requests that the program had told of. */
  output_bytes: count,
  requests: count,
  detail,
});

/** What the kernel keeps of what the engine was asked for; null where that can't be seen from inside. */
const seenLimits = z.object({
  memory: z.boolean().nullable(),
  swap: z.boolean().nullable(),
  processes: z.boolean().nullable(),
  /** By what the CPU time is known. */
  cpu: z.enum(['group', 'processes']),
});
export type SeenLimits = z.output<typeof seenLimits>;

const readyEvent = z.object({
  event: z.literal('ready'),
  /** Whether "go" was said, and how long ago. */
  going: z.boolean(),
  wall_ms: count,
  /** As the program had told. */
  requests: count,
  held: seenLimits.optional(),
  /** Whether it may be asked for the CPU time used; one of an older image may not. */
  tells_use: z.boolean().optional(),
});

const usedEvent = z.object({
  event: z.literal('used'),
  cpu_us: count.nullable(),
  /** One of an older image doesn't say. */
  memory_peak_bytes: count.nullable().default(null),
});

const supervisorEvent = z.discriminatedUnion('event', [
  readyEvent,
  z.object({ event: z.literal('started'), entry: z.string().max(200).default('') }),
  usedEvent,
  endedEvent,
]);

/** What the supervisor says on the stream, one JSON object a line; docs/stream.md describes them. */
export type SupervisorEvent = z.output<typeof supervisorEvent>;
/** The answer to a question. */
export type UsedEvent = z.output<typeof usedEvent>;
/** Those that tell how far it has come. */
export type ProgressEvent = Exclude<SupervisorEvent, UsedEvent>;
/** The first of them after each greeting. */
export type ReadyEvent = z.output<typeof readyEvent>;
/** The last of them, which is also the content of `report.json`. */
export type EndedEvent = z.output<typeof endedEvent>;

/** An event, or undefined where the line is not one. */
export function parseSupervisorEvent(line: string): SupervisorEvent | undefined {
  return supervisorEvent.safeParse(json(line)).data;
}

/** The supervisor's report, or undefined where the text is not one. */
export function parseReport(text: string): EndedEvent | undefined {
  return endedEvent.safeParse(json(text)).data;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
