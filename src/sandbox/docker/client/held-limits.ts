import { ESSENTIAL_LIMITS, type EssentialLimit } from '../../../domain/execution.ts';
import { BpError } from '../../../platform/errors.ts';
import type { SeenLimits } from '../../lifecycle/supervisor-events.ts';
import type { EngineFacts } from './engine-facts.ts';

/** `hard`: the kernel or the supervisor's counter keeps it; `watched`: somebody looks, and is late; `missing`: nobody does. */
export type Hold = 'hard' | 'watched' | 'missing';

export interface HeldLimit {
  readonly name: EssentialLimit | 'swap' | 'workspace_bytes' | 'workspace_files' | 'sockets' | 'tmp_files';
  readonly hold: Hold;
  /** Why it isn't hard. */
  readonly because?: string;
}

/** What decides which limits hold. */
export interface HoldBasis {
  readonly facts: Pick<EngineFacts, 'cgroupVersion' | 'limits' | 'isPodman'>;
  /** Why the size of workspaces is only watched; undefined where each is a filesystem of its own. */
  readonly workspaceWatched: string | undefined;
  /** Whether no other process has the agent's user. */
  readonly hasOwnUser: boolean;
  /** Whether this host bounds what the container's TCP sockets buffer. */
  readonly boundsSockets: boolean;
  /** What a supervisor sees in its own container, which is believed before the engine. */
  readonly seen?: SeenLimits | undefined;
}

const NO_GROUP = 'containers have no control group of their own';
const LOST_FROM_SIGHT = 'it is summed up from the processes, and an agent can keep some of it out of sight';

/** Which limits hold for a container of this engine, in the order in which they are told. */
export function heldLimits({ facts, seen, hasOwnUser, ...basis }: HoldBasis): readonly HeldLimit[] {
  const { limits, cgroupVersion, isPodman } = facts;
  const isMemoryHeld = seen?.memory ?? limits.memory;
  const isSwapHeld = isMemoryHeld && (seen?.swap ?? limits.swap);
  const areProcessesHeld = seen?.processes ?? (limits.processes || hasOwnUser);
  const isCounted = seen ? seen.cpu === 'group' : limits.hasOwnGroup;
  const unlimited = limits.hasOwnGroup ? 'the engine does not limit it' : NO_GROUP;
  const size: Pick<HeldLimit, 'hold' | 'because'> =
    basis.workspaceWatched === undefined ? HARD : { hold: 'watched', because: basis.workspaceWatched };
  const areSocketsHeld = cgroupVersion === 2 ? isMemoryHeld : basis.boundsSockets;
  return [
    { name: 'memory', ...(isMemoryHeld ? HARD : missing(unlimited)) },
    { name: 'swap', ...(isSwapHeld ? HARD : missing('an agent may use swap beyond its memory')) },
    { name: 'processes', ...(areProcessesHeld ? HARD : missing(unlimited)) },
    { name: 'cpu', ...(isCounted ? HARD : { hold: 'watched', because: LOST_FROM_SIGHT }) },
    { name: 'workspace_bytes', ...size },
    { name: 'workspace_files', ...size },
    { name: 'sockets', ...(areSocketsHeld ? HARD : missing(SOCKETS_UNLIMITED)) },
    { name: 'tmp_files', ...(isPodman ? missing(TMP_BY_SIZE) : HARD) },
  ];
}

const HARD = { hold: 'hard' } as const;
const SOCKETS_UNLIMITED = 'an agent can hold memory in them that it did not buy';
const TMP_BY_SIZE = 'only their size is, and the memory bought';

function missing(because: string): Pick<HeldLimit, 'hold' | 'because'> {
  return { hold: 'missing', because };
}

/** Those of them without which what was bought is no budget. */
export function unheldOf(limits: readonly HeldLimit[]): readonly EssentialLimit[] {
  return ESSENTIAL_LIMITS.filter((name) => limits.find((limit) => limit.name === name)?.hold !== 'hard');
}

/** One line each for what isn't hard. */
export function weaknesses(limits: readonly HeldLimit[]): readonly string[] {
  const weak = limits.filter(({ name, hold }) => hold !== 'hard' && name !== 'workspace_files');
  return weak.map(({ name, hold, because }) => `${TOLD[name]} ${VERB[hold]}: ${because}`);
}

const VERB: Readonly<Record<Hold, string>> = { hard: 'held', watched: 'only watched', missing: 'not limited' };

const TOLD: Readonly<Record<HeldLimit['name'], string>> = {
  memory: 'memory is',
  swap: 'swap is',
  processes: 'processes are',
  cpu: 'CPU time is',
  workspace_bytes: 'the size of workspaces is',
  workspace_files: 'the number of files in workspaces is',
  sockets: 'the buffers of TCP sockets are',
  tmp_files: 'the number of files in /tmp is',
};

/** Throws `sandbox_unheld` where a budget would be none and the operator has not accepted that. */
export function refuseUnheld(limits: readonly HeldLimit[], accepted: readonly EssentialLimit[]): void {
  const unheld = unheldOf(limits);
  const refused = unheld.filter((name) => !accepted.includes(name));
  if (refused.length === 0) return;
  const told = weaknesses(limits.filter(({ name }) => refused.some((limit) => limit === name)));
  throw new BpError('sandbox_unheld', `this engine can't hold what agents buy: ${told.join('; ')}`, {
    hint: unheldMend(unheld),
  });
}

/** What lets `run` begin all the same. */
export function unheldMend(unheld: readonly EssentialLimit[]): string {
  return `use an engine whose containers have control groups, or accept it: sandbox.accept_unheld: [${unheld.join(', ')}]`;
}
