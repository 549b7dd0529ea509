import { Option, type Command } from 'commander';
import type { AgentStatus } from '../../domain/agent.ts';
import type { agentView } from '../../economy/views/agent-view.ts';
import { agentList } from '../../operator/views/agent-list.ts';
import type { CliDeps } from '../cli-deps.ts';
import { valueOf } from '../output/command-failure.ts';
import { withHome } from '../home/opened-home.ts';
import { LIMIT_OPTION, limitOf, printList, withJson, type ListOptions } from '../output/listing.ts';
import type { Column } from '../output/printing.ts';

const STATUSES: readonly AgentStatus[] = ['alive', 'dormant', 'dead'];

interface Options extends ListOptions {
  readonly status?: AgentStatus;
}

type View = ReturnType<typeof agentView>;

export const AGENT_COLUMNS: readonly Column<View>[] = [
  { title: 'agent', value: ({ id }) => id },
  { title: 'status', value: statusOf },
  { title: 'parent', value: ({ parent }) => parent },
  { title: 'born', value: ({ born_cycle: cycle }) => cycle, right: true },
  { title: 'seen', value: ({ last_seen_cycle: cycle }) => cycle, right: true },
  { title: 'available', value: ({ available }) => available, right: true },
  { title: 'pending', value: ({ pending }) => pending, right: true },
  { title: 'earned', value: ({ earned }) => earned, right: true },
  { title: 'royalty', value: ({ royalty }) => (royalty === 0 ? null : royalty), right: true },
  { title: 'paid', value: ({ paid }) => paid, right: true },
  { title: 'executions', value: ({ executions }) => executions, right: true },
  { title: 'children', value: ({ children }) => children, right: true },
];

export function addAgents(command: Command, deps: CliDeps): void {
  withJson(command)
    .addOption(new Option('--status <status>', 'only these').choices(STATUSES))
    .option(...LIMIT_OPTION)
    .action(async () => {
      const options = command.optsWithGlobals<Options>();
      const limit = limitOf(options);
      const { status } = options;
      const views = await withHome(deps, command, ({ economy }) => valueOf(agentList(economy, { limit, status })));
      printList(deps, views, {
        json: options.json,
        columns: AGENT_COLUMNS,
        limit,
        none: 'no agents; bp-agents bootstrap makes genesis',
      });
    });
}

function statusOf({ status, stopped, purged_at: purged, waits_for_lot: waits }: View): string {
  return [
    status,
    ...(waits ? ['waits for a lot'] : []),
    ...(stopped ? ['stopped'] : []),
    ...(purged === null ? [] : ['purged']),
  ].join(', ');
}
