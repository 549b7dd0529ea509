import type { Command } from 'commander';
import { sanitiseLine } from '../../terminal/sanitise.ts';
import { waitingSet } from '../../economy/agents/agent-files.ts';
import { agentView } from '../../economy/views/agent-view.ts';
import { whileItRests } from '../../operator/install-rest.ts';
import { knownAgent } from '../../operator/views/known-agent.ts';
import { isProcessThere } from '../../platform/process-there.ts';
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
        "install what the agent's package.json, requirements.txt or pyproject.toml asks for; the agent rests meanwhile",
      )
      .option('--scripts', 'let packages run programs of their own, and be built, while they are installed')
      .option('--again', 'also where the agent has run: what it left there may then use the network'),
  ).action(async (id: string, _options, command: Command) => {
    const options = command.optsWithGlobals<Options>();
    const installed = await withHome(deps, command, (home) => installFor(deps, home, id, options));
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
  const onLine = (line: string) => printLines(json ? deps.stderr : deps.stdout, [`  ${sanitiseLine(line)}`]);
  const resting = { ...restDeps(deps), onWait: onLine };
  const installed = valueOf(
    await whileItRests(resting, home, agent.id, (signal) => {
      const { files = [] } = waitingSet(economy, agent.id) ?? {};
      const request = { agentId: agent.id, agentNumber: agent.number, files, scripts, onLine };
      return deps.engine.install(home, request, signal);
    }),
  );
  return { view: { agent_id: agent.id, ...installed }, lines: linesOf(agent.id, installed, home) };
}

function restDeps(deps: CliDeps) {
  const { clock, interrupt } = deps;
  const interruptProcess = (pid: number) => deps.interruptProcess(pid);
  return { clock, interrupt, interruptProcess, pid: process.pid, isThere: isProcessThere };
}

function linesOf(id: string, { size }: Installed, { config }: Home): readonly string[] {
  const { workspace_mb: mb, workspace_files_max: filesMax } = config.sandbox;
  const used = size
    ? `its workspace will have ${Math.ceil(size.bytes / MB)} of ${mb} MB, ${size.files} of ${filesMax} files`
    : 'its workspace is too large to be counted';
  return [`installed for ${id}: ${used}`, 'it is laid down when its next execution starts'];
}
