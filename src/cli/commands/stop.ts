import type { Command } from 'commander';
import { formatCredits, toCredits } from '../../domain/credits.ts';
import { isRefunded, type Execution } from '../../domain/execution.ts';
import { formatId, isAgentId, parseId } from '../../domain/ids.ts';
import { stopAgent, type StoppedAgent } from '../../economy/agents/stop-agent.ts';
import { stopExecution } from '../../economy/executions/stop-execution.ts';
import { BpError } from '../../platform/errors.ts';
import type { CliDeps } from '../deps.ts';
import type { Home } from '../../operator/home.ts';
import { reject, valueOf } from '../failure.ts';
import { withHome, type GlobalOptions } from '../home.ts';
import { withJson } from '../listing.ts';
import { printJson, printLines } from '../output.ts';
import { endRun, findRun, waitUntil } from '../../operator/running-process.ts';
import { getExecution, unsettledExecutions } from '../../economy/views/execution-view.ts';

interface Options extends GlobalOptions {
  readonly now?: boolean;
}

/** A run sees the wish within a quarter of a second; a container that doesn't heed its end is killed. */
const END_MS_MAX = 20_000;

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
  const { id } = valueOf(stopExecution(home.economy, valueOf(parseId('execution', text))));
  const ended = await waitForEnd(deps, home, id);
  return { view: executionView(ended), lines: [executionLine(ended)] };
}

async function stopAnAgent(deps: CliDeps, home: Home, text: string): Promise<Said> {
  if (!isAgentId(text))
    reject('invalid_id', 'expected an execution such as exe_17, or an agent such as genesis', { field: 'target' });
  const stopped = valueOf(stopAgent(home.economy, text));
  const { executionId } = stopped;
  const ended = executionId === undefined ? undefined : await waitForEnd(deps, home, executionId);
  return {
    view: {
      agent_id: stopped.agentId,
      stopped: true,
      voided_bids: stopped.voidedBids.map((id) => formatId('bid', id)),
      execution: ended === undefined ? null : executionView(ended),
    },
    lines: [agentLine(stopped), ...(ended === undefined ? [] : [executionLine(ended)])],
  };
}

/** The execution after its end, or as it is where no run is going on that could end it. Throws `not_ended_yet`. */
async function waitForEnd(deps: CliDeps, { directory, economy }: Home, id: number): Promise<Execution> {
  const execution = () => getExecution(economy, id);
  if ((await findRun(deps, directory)) === undefined) return execution();
  if (await waitUntil(deps, () => execution().state === 'settled', END_MS_MAX)) return execution();
  throw new BpError('not_ended_yet', `${formatId('execution', id)} has not ended within ${END_MS_MAX / 1000} s`, {
    hint: 'it is still asked to; bp-agents executions shows when it has ended',
  });
}

/** A price is given back whole, but for what an expired prompt gave back before. */
function executionView({ id, agentId, outcome, price }: Execution) {
  return {
    execution_id: formatId('execution', id),
    agent_id: agentId,
    outcome,
    price_refunded: outcome !== null && isRefunded(outcome) ? toCredits(price) : 0,
  };
}

function executionLine({ id, agentId, outcome, price }: Execution): string {
  const name = `${formatId('execution', id)} of ${agentId}`;
  if (outcome === null) return `${name} is asked to end; no run is going on, the next one ends and refunds it`;
  return `${name}: ${outcome}${isRefunded(outcome) ? `, ${formatCredits(price)} credits refunded` : ''}`;
}

function agentLine({ agentId, voidedBids }: StoppedAgent): string {
  const count = voidedBids.length;
  const bids = count === 0 ? '' : count === 1 ? ', 1 bid is void' : `, ${count} bids are void`;
  return `${agentId} is stopped${bids}; bp-agents bootstrap --id ${agentId} revives it`;
}
