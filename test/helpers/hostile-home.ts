import { programHome, type ProgramHome } from './program.ts';
import { foundIn, hostileTexts } from './hostile-agents.ts';

/**
 * Cycles of a second, at the prices of ten-second ones, and requests that must arrive within two. One agent makes many
 * attacks in a row: none may be saved from a later one because the pace has refused it.
 */
const SETTINGS = [
  'market.cycle_seconds=1',
  'market.supply.cpu_seconds=16',
  'service.request_timeout_ms=2000',
  'service.request_burst_max=100000',
];
const BUNDLE = 'cpu_seconds=2,memory_mb=256,tokens=0,attention=';

export interface HostileHome extends ProgramHome {
  /** Makes an agent of these files by hand. */
  bring(id: string, texts: Readonly<Record<string, string>>, attention?: 0 | 1): Promise<void>;
  /** Makes one of `test/hostile/agents`, under its file's name. */
  bringHostile(name: string, attention?: 0 | 1): Promise<void>;
  /** What an agent's nth execution found out, from 0 up, of those that came to their own end. */
  found(agentId: string, nth?: number): Promise<Readonly<Record<string, unknown>>>;
}

interface Executed {
  readonly id: string;
  readonly outcome: string | null;
}

/** Whether an execution has ended, and by its agent's doing. */
export function isOfItsOwn({ outcome }: { readonly outcome: string | null }): boolean {
  return outcome !== null && outcome !== 'system_fault';
}

/** An economy of the real program for attacks on what stands between agents. */
export function hostileHome(...settings: readonly string[]): HostileHome {
  const home = programHome([...SETTINGS, ...settings]);
  const bring: HostileHome['bring'] = async (id, texts, attention = 0) => {
    const folder = home.agentFolder(id, texts);
    const made = await home.within('bootstrap', '--id', id, '--from', folder, '--bundle', `${BUNDLE}${attention}`);
    if (made.status !== 0) throw new Error(made.stderr);
  };
  return {
    ...home,
    bring,
    bringHostile: (name, attention) => bring(name, hostileTexts(name), attention),
    async found(agentId, nth = 0) {
      const executions = await home.json<Executed[]>('executions', '--agent', agentId);
      const own = executions.filter(isOfItsOwn).map(({ id }) => Number(id.slice(4)));
      const number = own.sort((a, b) => a - b)[nth];
      const { output } = await home.json<{ readonly output: string }>('logs', `exe_${number}`);
      return foundIn(output);
    },
  };
}
