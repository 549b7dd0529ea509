import { statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Config } from '../../config/schema.ts';
import { checkScores, MARKS, type Scores } from '../../domain/attention.ts';
import { formatCredits } from '../../domain/credits.ts';
import { isAgentId } from '../../domain/ids.ts';
import { checkText } from '../../domain/text.ts';
import { OPERATOR_FILES } from '../../economy/agents/agent-files.ts';
import { uninstalled } from '../../operator/uninstalled.ts';
import { isInOrder, type TriedExecution } from '../../operator/views/tried-execution.ts';
import { readWorkspaceFolder } from '../../operator/workspace-folder.ts';
import type { CliDeps } from '../cli-deps.ts';
import { configInForce } from '../home/config-in-force.ts';
import { homeDirectory, type GlobalOptions } from '../home/home-config.ts';
import { parseAmount, parseBundleText, parseMark, parseWhole } from '../input/arguments.ts';
import { NotInOrder, reject, valueOf } from '../output/command-failure.ts';
import { withJson } from '../output/listing.ts';
import { printJson, printLines } from '../output/printing.ts';
import type { PracticeOrder } from '../try/practice-run.ts';
import { readNeighbours } from '../try/neighbour.ts';
import { otherLines, triedLines } from '../try/try-lines.ts';
import { trySession } from '../try/try-session.ts';

interface Options extends GlobalOptions {
  readonly bundle?: string;
  readonly credits?: string;
  readonly replay?: string;
  readonly lives?: string;
  readonly marks?: string;
  readonly reason?: string;
  readonly with?: readonly string[];
}

const LIVES = { least: 1, most: 1000 };
/** Executions of others in `--json`; later ones are left out. */
const OTHERS_MAX = 1000;
/** Where the folder's own name can't be an agent's. */
const NAMELESS = 'agent';

/** What is said of the market that answers. */
const LIKE = {
  home: [],
  new: ['there is no economy here: prices are those of a new one'],
  new_for_version: ['another version of bp-agents made the economy here: prices are those of a new one'],
};

export function addTry(command: Command, deps: CliDeps): void {
  withJson(command)
    .option('--bundle <bundle>', 'what it may use, such as cpu_seconds=1,memory_mb=64,tokens=0,attention=1')
    .option('--credits <n>', 'what it is granted for practice (default: economy.initial_credit_budget)')
    .option('--replay <file>', 'a cassette that answers its calls of models; no provider is ever asked')
    .option('--lives <n>', 'how often it runs, as long as it bids: at once, whatever earliest_cycle says (default: 1)')
    .option('--marks <i,u,d>', 'interesting, useful and understandable, for each of its prompts, such as 7,8,9')
    .option('--reason <text>', 'told with the marks')
    .option('--with <id[=dir]>', "another agent: asleep, or with a folder's files and a bid; repeatable", repeated)
    .action(async (dir: string) => {
      const options = command.optsWithGlobals<Options>();
      const order = readOrder(options);
      const directory = resolve(deps.directory, dir);
      if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory())
        reject('invalid_value', `dir must be a folder with an agent's files; ${directory} is none`, { field: 'dir' });
      const folder = valueOf(readWorkspaceFolder(directory, OPERATOR_FILES));
      const home = homeDirectory(deps, options);
      const config = withReplay(await configInForce(deps, command), home, replayOf(deps, options));
      const reason = order.marks?.reason ?? null;
      const wrong = reason === null ? undefined : checkText(reason, 'reason', config.attention.reason_chars_max);
      if (wrong) valueOf(wrong);
      const name = basename(directory).toLowerCase();
      const agentId = isAgentId(name) ? name : NAMELESS;
      const neighbours = readNeighbours(options.with ?? [], { directory: deps.directory, agentId });
      const executions: TriedExecution[] = [];
      const others: TriedExecution[] = [];
      const say = (lines: readonly string[]) => {
        if (!options.json) printLines(deps.stdout, lines);
      };
      const begun = (like: keyof typeof LIKE, offered: Parameters<typeof formatCredits>[0]) =>
        say([
          `trying ${agentId}: ${folder.files.length === 1 ? '1 file' : `${folder.files.length} files`}; its bid offers ${formatCredits(offered)} credits of practice money`,
          ...LIKE[like],
          ...uninstalled(folder),
          ...neighbours.map(({ id, files }) => (files ? `${id} lives there, too` : `${id} is there, asleep`)),
        ]);
      const tried = (execution: TriedExecution) => {
        const isOwn = execution.agent_id === agentId;
        if (isOwn) executions.push(execution);
        else if (others.length < OTHERS_MAX) others.push(execution);
        say(isOwn ? triedLines(execution) : otherLines(execution));
      };
      await trySession(deps, { ...order, agentId, folder, neighbours }, { home, config, begun, tried });
      const ok = executions.length > 0 && executions.every(isInOrder);
      const view = { agent_id: agentId, ok, files: folder.files.length, left_out: folder.leftOut, executions, others };
      if (options.json) printJson(deps.stdout, view);
      if (!ok) throw new NotInOrder('an execution did not end as its author will have meant it');
    });
}

function readOrder({ bundle, credits, lives, marks, reason, replay }: Options) {
  if (replay?.trim() === '') reject('empty', '--replay must be a file, not empty', { field: 'replay' });
  if (reason !== undefined && marks === undefined)
    reject('missing_field', '--reason is told with --marks', { field: 'marks' });
  return {
    bundle: bundle === undefined ? undefined : valueOf(parseBundleText(bundle)),
    credits: credits === undefined ? undefined : valueOf(parseAmount(credits, 'credits')),
    lives: lives === undefined ? 1 : valueOf(parseWhole(lives, 'lives', LIVES)),
    marks: marks === undefined ? undefined : readMarks(marks, reason ?? null),
  };
}

function readMarks(text: string, reason: string | null): NonNullable<PracticeOrder['marks']> {
  const words = text.split(',');
  if (words.length !== MARKS.length)
    reject('invalid_value', `marks must be ${MARKS.join(',')}, such as 7,8,9`, { field: 'marks' });
  const scores = Object.fromEntries(
    MARKS.map((mark, index) => [mark, valueOf(parseMark(words[index] ?? '', mark))]),
  ) as Scores;
  const wrong = checkScores(scores);
  if (wrong) valueOf(wrong);
  return { scores, reason };
}

function replayOf({ directory }: CliDeps, { replay }: Options): string | undefined {
  return replay === undefined ? undefined : resolve(directory, replay);
}

/** A cassette that the configuration names is as good, and nothing is recorded. */
function withReplay(config: Config, home: string, replay: string | undefined): Config {
  const { intelligence } = config;
  const own = intelligence.replay === null ? null : resolve(home, intelligence.replay);
  const file = replay ?? own;
  return { ...config, intelligence: { ...intelligence, replay: file, record: null } };
}

function repeated(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}
