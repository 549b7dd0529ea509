import type { Command } from 'commander';
import type { CliDeps } from './cli-deps.ts';

/** A command as the list of all of them shows it. Its options and its work are loaded when it is called. */
export interface ListedCommand {
  readonly name: string;
  readonly description: string;
  /** Each with what it is, such as `['<prompt>', 'such as prompt_3']`. */
  readonly arguments?: readonly (readonly [name: string, description: string])[];
  /** Gives what adds options and action to the command, which has its name, description and arguments already. */
  readonly load: () => Promise<(command: Command, deps: CliDeps) => void>;
}

/** In the order in which the help lists them. */
export const COMMANDS: readonly ListedCommand[] = [
  {
    name: 'init',
    description: 'make an economy in this folder; what is there already stays',
    load: async () => (await import('./commands/init.ts')).addInit,
  },
  {
    name: 'bootstrap',
    description: 'make an agent by hand, or revive a dead or stopped one, and place its first bid',
    load: async () => (await import('./commands/bootstrap.ts')).addBootstrap,
  },
  {
    name: 'try',
    description: "run an agent's folder once, outside the economy and without credits, and show what it did",
    arguments: [['<dir>', "a folder with an agent's files"]],
    load: async () => (await import('./commands/try.ts')).addTry,
  },
  {
    name: 'run',
    description: 'open the market: clear it every cycle, run what wins, and ask you for marks',
    load: async () => (await import('./commands/run.ts')).addRun,
  },
  {
    name: 'open',
    description: 'open the page of what runs here in your browser',
    load: async () => (await import('./commands/open.ts')).addOpen,
  },
  {
    name: 'web',
    description: 'serve the page of a home in which nothing runs: to look, and to mark',
    load: async () => (await import('./commands/web.ts')).addWeb,
  },
  {
    name: 'stop',
    description: 'end the run of this home from elsewhere, or one execution, or an agent',
    arguments: [['[target]', 'an execution such as exe_17, or an agent such as genesis; without it: the run']],
    load: async () => (await import('./commands/stop.ts')).addStop,
  },
  {
    name: 'pause',
    description: 'launch nothing more and let nothing age, over restarts too; what runs goes on to its end',
    load: async () => (await import('./commands/pause.ts')).addPause,
  },
  {
    name: 'resume',
    description: 'let a market go on that pause has stopped',
    load: async () => (await import('./commands/resume.ts')).addResume,
  },
  {
    name: 'listen',
    description: 'listen for so many minutes more today, where your minutes have an end',
    arguments: [['<minutes>', 'from 1 to 1440']],
    load: async () => (await import('./commands/listen.ts')).addListen,
  },
  {
    name: 'prompts',
    description: 'what agents show you; with no --json, you count as present again',
    load: async () => (await import('./commands/prompts.ts')).addPrompts,
  },
  {
    name: 'score',
    description: 'marks from 0 to 10 for the open prompt; they issue its reward',
    arguments: [
      ['<prompt>', 'such as prompt_3'],
      ['<interesting>', '0 to 10'],
      ['<useful>', '0 to 10'],
      ['<understandable>', '0 to 10'],
    ],
    load: async () => (await import('./commands/score.ts')).addScore,
  },
  {
    name: 'skip',
    description: 'end the open prompt without marks: no reward and no refund',
    arguments: [['<prompt>', 'such as prompt_3']],
    load: async () => (await import('./commands/skip.ts')).addSkip,
  },
  {
    name: 'ask',
    description: 'publish a request: agents read it, and may answer it with a prompt',
    arguments: [['<text>', 'what you wish for']],
    load: async () => (await import('./commands/ask.ts')).addAsk,
  },
  {
    name: 'requests',
    description: 'what you have asked for, and what came of it',
    load: async () => (await import('./commands/requests.ts')).addRequests,
  },
  {
    name: 'request',
    description: 'one request in full, with the prompts that answer it; request close ends it',
    arguments: [['<request>', 'such as request_3']],
    load: async () => (await import('./commands/request.ts')).addRequest,
  },
  {
    name: 'tell',
    description: 'send an agent a message, or all of them: bp-agents tell --all "TEXT"',
    arguments: [
      ['[agent]', 'such as genesis; with --all it is the text'],
      ['[text]', 'what you have to say'],
    ],
    load: async () => (await import('./commands/tell.ts')).addTell,
  },
  {
    name: 'take',
    description: 'write the files that came with a prompt into a new or empty folder',
    arguments: [
      ['<prompt>', 'such as prompt_3'],
      ['<dir>', 'where to; nothing is replaced'],
    ],
    load: async () => (await import('./commands/take.ts')).addTake,
  },
  {
    name: 'status',
    description: 'the economy at a glance',
    load: async () => (await import('./commands/status.ts')).addStatus,
  },
  {
    name: 'agents',
    description: 'who lives here, and who has',
    load: async () => (await import('./commands/agents.ts')).addAgents,
  },
  {
    name: 'agent',
    description: 'one agent, with the last of its bids, executions and prompts',
    arguments: [['<id>', 'such as genesis']],
    load: async () => (await import('./commands/agent.ts')).addAgent,
  },
  {
    name: 'markets',
    description: 'prices, supply, what is free, and how demand has been',
    load: async () => (await import('./commands/markets.ts')).addMarkets,
  },
  {
    name: 'bids',
    description: 'bids and what became of them; with an id, every turn of that one',
    arguments: [['[bid]', 'such as bid_17']],
    load: async () => (await import('./commands/bids.ts')).addBids,
  },
  {
    name: 'explain',
    description: 'why a bid won or lost in each cycle, and what would have won',
    arguments: [['<bid>', 'such as bid_17']],
    load: async () => (await import('./commands/explain.ts')).addExplain,
  },
  {
    name: 'executions',
    description: 'every run of an agent: what it bought, used and paid',
    load: async () => (await import('./commands/executions.ts')).addExecutions,
  },
  {
    name: 'calls',
    description: 'every call of a model: what it used, was billed, and how it ended',
    load: async () => (await import('./commands/calls.ts')).addCalls,
  },
  {
    name: 'logs',
    description: 'what an execution printed, or the newest one of an agent that has printed something',
    arguments: [['<target>', 'an execution such as exe_17, or an agent such as genesis']],
    load: async () => (await import('./commands/logs.ts')).addLogs,
  },
  {
    name: 'messages',
    description: 'what agents and you wrote to agents, and which execution has read it',
    load: async () => (await import('./commands/messages.ts')).addMessages,
  },
  {
    name: 'transfers',
    description: 'the rows of the ledger: who paid whom, what for',
    load: async () => (await import('./commands/transfers.ts')).addTransfers,
  },
  {
    name: 'history',
    description: 'what each cycle left: bids, demand, prices, the head of the chain',
    load: async () => (await import('./commands/history.ts')).addHistory,
  },
  {
    name: 'replay',
    description: 'clear the recorded cycles again under other rules, given with --set: who would have won and starved',
    load: async () => (await import('./commands/replay.ts')).addReplay,
  },
  {
    name: 'measures',
    description: 'what this economy came to, by the measures of the scenarios: lives, attention, money, prices, waits',
    load: async () => (await import('./commands/measures.ts')).addMeasures,
  },
  {
    name: 'config',
    description: 'every parameter as it counts here, and what follows from it',
    load: async () => (await import('./commands/config.ts')).addConfig,
  },
  {
    name: 'audit',
    description: 'recompute all credits from the first transfer; exit 1 on a difference',
    load: async () => (await import('./commands/audit.ts')).addAudit,
  },
  {
    name: 'export',
    description: 'everything as CSV files, one per table, from one moment',
    load: async () => (await import('./commands/export.ts')).addExport,
  },
  {
    name: 'report',
    description: 'one HTML file with pictures of it all: balances, prices, marks, lineages, receipts',
    load: async () => (await import('./commands/report.ts')).addReport,
  },
  {
    name: 'backup',
    description: 'copy the database into one file, also while a run goes on',
    arguments: [['<file>', 'where to; it must not be there yet']],
    load: async () => (await import('./commands/backup.ts')).addBackup,
  },
  {
    name: 'restore',
    description: 'put a backup in the place of the database, which is kept; not while a run goes on',
    arguments: [['<file>', 'what bp-agents backup made']],
    load: async () => (await import('./commands/restore.ts')).addRestore,
  },
  {
    name: 'purge',
    description: 'take away the text of an agent that is over, or of a prompt or request; money and records stay',
    arguments: [
      [
        '[target]',
        'an agent such as genesis, a prompt such as prompt_3, or a request such as request_3; without it: what is kept no longer',
      ],
    ],
    load: async () => (await import('./commands/purge.ts')).addPurge,
  },
  {
    name: 'image',
    description: 'build the image in which agents run, where it is missing or old',
    load: async () => (await import('./commands/image.ts')).addImage,
  },
  {
    name: 'doctor',
    description: 'check home, database, engine, image and machine; exit 1 where something is wrong',
    load: async () => (await import('./commands/doctor.ts')).addDoctor,
  },
  {
    name: 'mcp',
    description: 'let your own assistant look at the economy, by MCP over stdin and stdout; it can give no marks',
    load: async () => (await import('./commands/mcp.ts')).addMcp,
  },
  {
    name: 'completion',
    description: 'print what bash, zsh or fish needs to complete commands, options and ids',
    arguments: [['<shell>', 'bash, zsh or fish']],
    load: async () => (await import('./commands/completion.ts')).addCompletion,
  },
  {
    name: 'service',
    description: "a unit for your own systemd that runs this home's market; --install writes it",
    load: async () => (await import('./commands/service.ts')).addService,
  },
  {
    name: 'simulate',
    description:
      'run an economy of its own: one in which everything goes wrong, audited at every step, or a scenario; exit 1 on a finding',
    load: async () => (await import('./commands/simulate.ts')).addSimulate,
  },
  {
    name: 'sweep',
    description: 'run a scenario with every value of one key or two, and compare',
    arguments: [['<file>', 'a YAML file: see docs/economics.md']],
    load: async () => (await import('./commands/sweep.ts')).addSweep,
  },
];
