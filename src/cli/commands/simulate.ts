import { InvalidArgumentError, type Command } from 'commander';
import { resolve } from 'node:path';
import { FAULTS, type Fault } from '../../simulation/faults.ts';
import { shrink } from '../../simulation/shrink.ts';
import { simulate, type SimulationReport } from '../../simulation/simulation.ts';
import { parseWhole } from '../input/arguments.ts';
import type { CliDeps } from '../cli-deps.ts';
import { addScenarioOptions, simulateScenario, type ScenarioOptions } from '../experiments/scenario.ts';
import { makeAgain } from '../experiments/made-again.ts';
import { manifestOfSimulation } from '../experiments/run-manifests.ts';
import { writeManifest } from '../experiments/manifest.ts';
import { NotInOrder, reject, valueOf } from '../output/command-failure.ts';
import { withJson } from '../output/listing.ts';
import { printJson, printLines } from '../output/printing.ts';

interface Options extends ScenarioOptions {
  readonly cycles?: string;
  readonly cassette?: string;
}

const CYCLES = 1000;
const CYCLES_MAX = 1_000_000_000;
/** A scenario has no faults, and its agents ask no models. */
const FAULTY = ['cycles', 'cassette'] as const;
const SEED_BYTES = 8;
const SEED_CHARS_MAX = 200;

export function addSimulate(command: Command, deps: CliDeps): void {
  withJson(command)
    .option('--seed <text>', 'decides all chance (default: drawn and printed; of a scenario: 1)', checkSeed)
    .option('--cycles <n>', `cycles with faults, before everything has to settle (default: ${CYCLES})`);
  command
    .option('--cassette <file>', 'models give the answers that this cassette holds (default: made-up ones)')
    .option('--manifest <file>', 'run again what this manifest tells of, and say whether it comes to the same head')
    .option('--write-manifest <file>', 'write what makes this again, and the heads it came to');
  addScenarioOptions(command).action(async () => {
    const options = command.optsWithGlobals<Options>();
    checkTogether(options);
    const cassette = options.cassette === undefined ? undefined : resolve(deps.directory, options.cassette);
    if (options.manifest !== undefined) return makeAgain(deps, options.manifest, { ...options, cassette });
    if (options.scenario !== undefined) return simulateScenario(deps, options.scenario, options);
    const { seed: given, cycles: text = String(CYCLES), json = false } = options;
    const cycles = valueOf(parseWhole(text, 'cycles', { least: 0, most: CYCLES_MAX }));
    const seed = given ?? Buffer.from(deps.random.bytes(SEED_BYTES)).toString('hex');
    const say = (line: string) => {
      if (!json) printLines(deps.stdout, [line]);
    };
    const began = deps.clock.monotonic();
    const seconds = () => ((deps.clock.monotonic() - began) / 1000).toFixed(1);
    say(`seed ${seed}, ${cycles} cycles with faults`);
    const report = await simulate({
      seed,
      cycles,
      cassette,
      onProgress: ({ cycle, executions, transfers }) =>
        say(`cycle ${cycle}: ${executions} executions, ${transfers} transfers, ${seconds()} s`),
    });
    if (options.writeManifest !== undefined)
      writeManifest(resolve(deps.directory, options.writeManifest), manifestOfSimulation(deps, report, cassette));
    const shortest = report.finding && report.cycles > 0 ? await shortened(report, cassette, say) : report;
    if (json) printJson(deps.stdout, { ...view(report), shortest_cycles: report.finding ? shortest.cycles : null });
    else printLines(deps.stdout, lines(report, shortest, { seconds: seconds(), cassette: options.cassette }));
    if (report.finding) throw new NotInOrder(`${report.finding.rule}: ${report.finding.detail}`);
  });
}

/** What one kind of simulation knows, the other doesn't. */
function checkTogether(options: Options): void {
  if (options.manifest !== undefined) {
    const own = ['scenario', 'seed', 'cycles', 'seeds', 'days', 'short', 'out', 'set', 'writeManifest'] as const;
    const other = own.find((name) => options[name] !== undefined);
    if (other === undefined) return;
    const flag = other === 'writeManifest' ? 'write-manifest' : other;
    reject('invalid_value', `--${flag} doesn't go with --manifest, which says it all`, { field: other });
  }
  const names = ['seeds', 'days', 'short', 'jobs', 'out', 'set'] as const;
  const alien =
    options.scenario === undefined
      ? names.find((name) => options[name] !== undefined)
      : FAULTY.find((name) => options[name] !== undefined);
  if (alien === undefined || options[alien] === undefined) return;
  const goes = options.scenario === undefined ? 'goes only with --scenario' : "doesn't go with --scenario";
  reject('invalid_value', `--${alien} ${goes}`, { field: alien });
}

function checkSeed(text: string): string {
  if (text !== '' && text.length <= SEED_CHARS_MAX) return text;
  throw new InvalidArgumentError(`--seed must be 1 to ${SEED_CHARS_MAX} characters`);
}

function shortened(
  report: SimulationReport,
  cassette: string | undefined,
  say: (line: string) => void,
): Promise<SimulationReport> {
  say(`found: ${report.finding?.detail}; looking for the shortest prefix that fails`);
  return shrink(report, {
    cassette,
    onTry: (cycles, fails) => say(`  ${cycles} cycles ${fails ? 'fail' : 'pass'}`),
  });
}

function view({ finding, faults, recorded, ...report }: SimulationReport) {
  return { ok: finding === undefined, ...report, faults, recorded: recorded ?? null, finding: finding ?? null };
}

function lines(
  report: SimulationReport,
  shortest: SimulationReport,
  { seconds, cassette }: { readonly seconds: string; readonly cassette: string | undefined },
): readonly string[] {
  const { seed, cycle, executions, transfers, lives, steps, faults, recorded, head } = report;
  const perCycle = (executions / Math.max(1, cycle)).toFixed(2);
  const happened = (Object.keys(FAULTS) as Fault[]).map((fault) => `${faults[fault]} ${fault}`);
  const { finding } = shortest;
  return [
    `${cycle} cycles, ${executions} executions (${perCycle} a cycle), ${transfers} transfers, ` +
      `${steps} transactions audited, ${lives} starts of the orchestrator, ${seconds} s`,
    `faults: ${happened.join(', ')}`,
    ...(recorded
      ? [`${recorded.answers} answers of the cassette, of ${recorded.input} tokens and ${recorded.output} more`]
      : []),
    `head ${head}`,
    ...(finding
      ? [
          `FOUND: ${finding.rule}: ${finding.detail}`,
          `  ${finding.settling ? 'in the settling after' : 'in'} cycle ${finding.cycle}`,
          `repeat it with: npm run simulate -- --seed ${quoted(seed)} --cycles ${shortest.cycles}${cassette === undefined ? '' : ` --cassette ${quoted(cassette)}`}`,
        ]
      : ['no finding']),
  ];
}

/** For a shell. */
function quoted(seed: string): string {
  return /^[\w./-]+$/.test(seed) ? seed : `'${seed.replaceAll("'", `'\\''`)}'`;
}
