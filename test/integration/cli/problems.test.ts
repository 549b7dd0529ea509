import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../src/cli/command-table.ts';
import { databasePath } from '../../../src/config/home-places.ts';
import { cliHome, type CliEnd, type CliHome } from '../../helpers/cli.ts';
import { plant } from '../../helpers/planted-economy.ts';

let home: CliHome;
beforeAll(() => {
  home = cliHome();
  const economy = home.open();
  plant(economy);
  economy.close();
  writeFileSync(join(home.directory, 'a-file'), 'no folder');
});
afterAll(() => home.remove());

type Problem = Readonly<Record<string, unknown>>;

/** The last line of stderr, which stands alone unless something was worth a notice. */
function problemOf({ stderr }: CliEnd): Problem {
  return JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '') as Problem;
}

/** How each command can fail for a reason of its own; in a table, so that a new command gets a line here. */
const FAILURES: Readonly<Record<string, readonly [args: string, code: string, exitCode: number]>> = {
  init: ['--home a-file/below', 'config_unreadable', 1],
  bootstrap: ['--id Genesis', 'invalid_id', 2],
  try: ['nowhere', 'invalid_value', 2],
  run: ['--cycles 0', 'unknown_option', 2],
  pause: ['--set odd.key=1', 'config_invalid', 2],
  resume: ['--set odd.key=1', 'config_invalid', 2],
  listen: ['0', 'too_small', 2],
  open: ['', 'page_not_served', 1],
  web: ['', 'unknown_option', 2],
  service: ['--set odd.key=1', 'config_invalid', 2],
  stop: ['exe_99', 'execution_not_found', 2],
  prompts: ['--limit 0', 'too_small', 2],
  score: ['prompt_99 1 2 3', 'prompt_not_found', 2],
  skip: ['prompt_99', 'prompt_not_found', 2],
  ask: ['hello --file nowhere', 'invalid_value', 2],
  requests: ['--limit no', 'wrong_type', 2],
  request: ['request_99', 'request_not_found', 2],
  'request close': ['request_99', 'request_not_found', 2],
  tell: ['nobody hello', 'agent_not_found', 2],
  take: ['prompt_99 there', 'prompt_not_found', 2],
  status: ['--home a-file', 'config_unreadable', 1],
  agents: ['--status odd', 'invalid_argument', 2],
  agent: ['nobody', 'agent_not_found', 2],
  'agent new': ['nobody --template odd', 'template_not_found', 2],
  'agent templates': ['--set odd.key=1', 'config_invalid', 2],
  'agent install': ['nobody', 'agent_not_found', 2],
  'agent update': ['nobody --from .', 'agent_not_found', 2],
  markets: ['--set odd.key=1', 'config_invalid', 2],
  bids: ['bid_99', 'bid_not_found', 2],
  explain: ['bid_99', 'bid_not_found', 2],
  executions: ['--agent nobody', 'agent_not_found', 2],
  calls: ['--by odd', 'invalid_value', 2],
  logs: ['exe_99', 'execution_not_found', 2],
  messages: ['--agent nobody', 'agent_not_found', 2],
  transfers: ['--kind odd', 'invalid_argument', 2],
  history: ['--limit -1', 'negative', 2],
  replay: ['--from 9 --to 1', 'invalid_value', 2],
  measures: ['--set odd.key=1', 'config_invalid', 2],
  config: ['--set odd.key=1', 'config_invalid', 2],
  audit: ['--expect odd', 'invalid_value', 2],
  export: ['', 'missing_mandatory_option_value', 2],
  report: ['--set odd.key=1', 'config_invalid', 2],
  backup: ['a-file', 'backup_exists', 2],
  restore: ['a-file', 'backup_damaged', 1],
  purge: ['nobody --yes', 'agent_not_found', 2],
  image: ['', 'sandbox_engine_unreachable', 1],
  doctor: ['', 'not_in_order', 1],
  mcp: ['now', 'unknown_option', 2],
  completion: ['tcsh', 'unknown_option', 2],
  simulate: ['--scenario nowhere', 'scenario_not_found', 2],
  sweep: ['nowhere', 'scenario_invalid', 2],
};

const names = COMMANDS.map(({ name }) => name);

describe('with --json', () => {
  it('each command has a line in this table', () => {
    expect(names.filter((name) => !(name in FAILURES))).toEqual([]);
  });

  it.each(Object.entries(FAILURES))('%s tells a program what went wrong', async (name, [args, code, exitCode]) => {
    const words = args.split(' ').filter((word) => word !== '');
    const end = await home.run(...name.split(' '), ...words, '--json');
    expect({ exitCode: end.exitCode, problem: problemOf(end) }).toEqual({
      exitCode,
      problem: expect.objectContaining({
        type: `urn:bp-agents:problem:${code}`,
        title: expect.stringMatching(/^[A-Z].*\.$/) as string,
        detail: expect.stringMatching(/./) as string,
        code,
        exit_code: exitCode,
      }) as Problem,
    });
  });

  it.each(Object.keys(FAILURES))('%s tells it so, too, that its command line is none', async (name) => {
    const end = await home.run(...name.split(' '), '--frobnicate', '--json');
    expect(end).toMatchObject({ exitCode: 2, stdout: '' });
    expect(end.stderr.split('\n')).toHaveLength(2);
    const { code, exit_code: exitCode } = problemOf(end);
    expect([exitCode, code]).toEqual([2, expect.stringMatching(/^(unknown_option|missing_mandatory_option_value)$/)]);
  });

  it('a command that does not exist is a problem', async () => {
    expect(problemOf(await home.run('sttaus', '--json'))).toMatchObject({
      code: 'unknown_command',
      detail: "unknown command 'sttaus'; did you mean status?",
    });
  });

  it('field, limit and hint have places of their own', async () => {
    expect(problemOf(await home.run('prompts', '--limit', '0', '--json'))).toMatchObject({ field: 'limit', limit: 1 });
    const { detail, hint } = problemOf(await home.run('image', '--json'));
    expect([detail, hint]).toEqual(['no engine answers', 'install Docker']);
  });

  it('an audit and a doctor that found something say what', async () => {
    expect(problemOf(await home.run('doctor', '--json'))['detail']).toMatch(/engine: no engine answers/);
    const end = await home.run('audit', '--expect', 'ab'.repeat(32), '--json');
    expect(JSON.parse(end.stdout)).toMatchObject({ ok: false });
    expect(problemOf(end)).toMatchObject({ code: 'not_in_order', exit_code: 1 });
  });

  it('what stands in it acts on no terminal', async () => {
    const { stderr } = await home.run('agent', '\u001B[2J\u202E', '--json');
    expect(stderr).not.toMatch(/[\u001B\u202E]/u);
    expect(problemOf({ exitCode: 2, stdout: '', stderr })).toMatchObject({ code: 'invalid_id' });
    expect((await home.run('\u001B[2J', '--json')).stderr).not.toContain('\u001B');
  });

  it('a damaged database is one', async () => {
    const damaged = cliHome();
    const economy = damaged.open();
    economy.close();
    const database = new Database(databasePath(damaged.directory));
    database.pragma('user_version = 9999');
    database.close();
    expect(problemOf(await damaged.run('status', '--json'))).toMatchObject({ code: 'database_newer', exit_code: 1 });
    rmSync(damaged.directory, { recursive: true });
  });
});

describe('without it', () => {
  it('people get a line, also where a value is called like it', async () => {
    expect((await home.run('status', '--frobnicate')).stderr).toMatch(/^bp-agents: unknown option/);
    const { stderr } = await home.run('score', 'prompt_99', '1', '2', '3', '--reason', '--json');
    expect(stderr).toMatch(/^bp-agents: .*\(prompt_not_found\)\n$/);
  });
});
