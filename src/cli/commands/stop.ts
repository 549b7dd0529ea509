import type { Command } from 'commander';
import { formatCredits } from '../../domain/credits.ts';
import { isRefunded, type Execution } from '../../domain/execution.ts';
import { formatId, isAgentId, parseId } from '../../domain/ids.ts';
import type { CliDeps } from '../cli-deps.ts';
import type { Home } from '../../operator/home.ts';
import { reject, valueOf } from '../output/command-failure.ts';
import type { GlobalOptions } from '../home/home-config.ts';
import { withHome } from '../home/opened-home.ts';
import { withJson } from '../output/listing.ts';
import { printJson, printLines } from '../output/printing.ts';
import { endRun, findRun } from '../../operator/running-process.ts';
import {
  stopAgentAndWait,
  stopExecutionAndWait,
  stoppedAgentView,
  stoppedExecutionView,
  type AgentAtRest,
} from '../../operator/stop-and-wait.ts';
import { unsettledExecutions } from '../../economy/views/execution-view.ts';

interface Options extends GlobalOptions {
  readonly now?: boolean;
}

const EXECUTION = 'exe_';

export function addStop(command: Command, deps: CliDeps): void {
  withJson(command)
    .option('--now', 'do not let the run settle what runs: the next one recovers')
    .action(async (target: string | undefined) => {
      const { json = false, now = false } = command.optsWithGlobals<Options>();
      if (target !== undefined && now) reject('invalid_value', '--now is for the run alone', { field: 'now' });
      await withHome(deps, command, async (home) => {
        const said =
          target === undefined
            ? await stopRun(deps, home, { json, now })
            : target.startsWith(EXECUTION)
              ? await stopOne(deps, home, target)
              : await stopAnAgent(deps, home, target);
        if (json) printJson(deps.stdout, said.view);
        else printLines(deps.stdout, said.lines);
      });
    });
}

/** What was done, for a script and for people. */
interface Said {
  readonly view: unknown;
  readonly lines: readonly string[];
}

async function stopRun(
  deps: CliDeps,
  home: Home,
  { json, now }: { readonly json: boolean; readonly now: boolean },
): Promise<Said> {
  const pid = await findRun(deps, home.directory);
  if (pid === undefined) return { view: { process: null, ended: false }, lines: ['no run is going on here'] };
  const running = unsettledExecutions(home.economy).length;
  if (!json && !now)
    printLines(deps.stdout, [
      `ending the run in process ${pid}${running === 0 ? '' : `, which first settles what runs (${running})`}`,
    ]);
  await endRun(deps, home, pid, { now });
  return { view: { process: pid, ended: true }, lines: [`the run in process ${pid} has ended`] };
}

async function stopOne(deps: CliDeps, home: Home, text: string): Promise<Said> {
  const ended = valueOf(await stopExecutionAndWait(deps, home, valueOf(parseId('execution', text))));
  return { view: stoppedExecutionView(ended), lines: [executionLine(ended)] };
}

async function stopAnAgent(deps: CliDeps, home: Home, text: string): Promise<Said> {
  if (!isAgentId(text))
    reject('invalid_id', 'expected an execution such as exe_17, or an agent such as genesis', { field: 'target' });
  const stopped = valueOf(await stopAgentAndWait(deps, home, text));
  const { ended } = stopped;
  return {
    view: stoppedAgentView(stopped),
    lines: [agentLine(stopped), ...(ended === undefined ? [] : [executionLine(ended)])],
  };
}

function executionLine({ id, agentId, outcome, price }: Execution): string {
  const name = `${formatId('execution', id)} of ${agentId}`;
  if (outcome === null) return `${name} is asked to end; no run is going on, the next one ends and refunds it`;
  return `${name}: ${outcome}${isRefunded(outcome) ? `, ${formatCredits(price)} credits refunded` : ''}`;
}

function agentLine({ agentId, voidedBids }: AgentAtRest): string {
  const count = voidedBids.length;
  const bids = count === 0 ? '' : count === 1 ? ', 1 bid is void' : `, ${count} bids are void`;
  return `${agentId} is stopped${bids}; bp-agents bootstrap --id ${agentId} revives it`;
}
