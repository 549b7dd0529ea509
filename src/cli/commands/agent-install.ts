import type { Command } from 'commander';
import { lockOutRuns } from '../../economy/home/open-home.ts';
import { sanitiseLine } from '../../terminal/sanitise.ts';
import { beginLaying } from '../../economy/agents/agent-files.ts';
import { agentView } from '../../economy/views/agent-view.ts';
import { unsettledExecutions } from '../../economy/views/execution-view.ts';
import { knownAgent } from '../../operator/views/known-agent.ts';
import type { Installed } from '../../sandbox/engine.ts';
import type { CliDeps } from '../cli-deps.ts';
import type { Home } from '../../operator/home.ts';
import { reject, valueOf } from '../output/command-failure.ts';
import type { GlobalOptions } from '../home/home-config.ts';
import { withHome } from '../home/opened-home.ts';
import { withJson } from '../output/listing.ts';
import { printJson, printLines } from '../output/printing.ts';

interface Options extends GlobalOptions {
  readonly scripts?: boolean;
  readonly again?: boolean;
}

const MB = 1_048_576;

export function addAgentInstall(agent: Command, deps: CliDeps): void {
  withJson(
    agent
      .command('install')
      .argument('<id>', 'such as genesis')
      .description(
        "install what the agent's package.json, requirements.txt or pyproject.toml asks for; not while a run goes on",
      )
      .option('--scripts', 'let packages run programs of their own, and be built, while they are installed')
      .option('--again', 'also where the agent has run: what it left there may then use the network'),
  ).action(async (id: string, _options, command: Command) => {
    const options = command.optsWithGlobals<Options>();
    const installed = await withHome(deps, command, async (home) => {
      const lock = lockOutRuns(home.directory, process.pid, 'agent install');
      try {
        return await installFor(deps, home, id, options);
      } finally {
        lock.release();
      }
    });
    if (options.json) printJson(deps.stdout, installed.view);
    else printLines(deps.stdout, installed.lines);
  });
}

async function installFor(deps: CliDeps, home: Home, text: string, { scripts = false, again = false, json }: Options) {
  const { economy } = home;
  const agent = valueOf(knownAgent(economy, text));
  if (!again && agentView(economy, agent).executions > 0)
    reject(
      'invalid_value',
      `${agent.id} has run: what it left in its workspace could use the network; --again allows it`,
    );
  if (unsettledExecutions(economy).some(({ agentId }) => agentId === agent.id))
    reject('invalid_value', `an execution of ${agent.id} is not settled: let bp-agents run end first`);
  const onLine = (line: string) => printLines(json ? deps.stderr : deps.stdout, [`  ${sanitiseLine(line)}`]);
  const { files = [] } = beginLaying(economy, agent.id) ?? {};
  const request = { agentId: agent.id, agentNumber: agent.number, files, scripts, onLine };
  const installed = await deps.engine.install(home, request, deps.interrupt);
  return { view: { agent_id: agent.id, ...installed }, lines: linesOf(agent.id, installed, home) };
}

function linesOf(id: string, { size }: Installed, { config }: Home): readonly string[] {
  const { workspace_mb: mb, workspace_files_max: filesMax } = config.sandbox;
  const used = size
    ? `its workspace will have ${Math.ceil(size.bytes / MB)} of ${mb} MB, ${size.files} of ${filesMax} files`
    : 'its workspace is too large to be counted';
  return [`installed for ${id}: ${used}`, 'it is laid down when its next execution starts'];
}
