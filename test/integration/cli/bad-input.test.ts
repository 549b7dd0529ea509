import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { submitPrompt } from '../../../src/economy/attention/submit-prompt.ts';
import { cliHome, type CliHome } from '../../helpers/cli.ts';
import { accepted, runningAgent, settle, WITH_ATTENTION } from '../../helpers/economy.ts';

let home: CliHome;

/** Genesis lives and has shown one prompt, which is open; a folder has a `main` that isn't executable. */
beforeAll(() => {
  home = cliHome();
  const economy = home.open();
  const { execution } = runningAgent(economy, 'genesis', { bundle: WITH_ATTENTION });
  accepted(submitPrompt(economy, { executionId: execution.id, agentId: 'genesis' }, { content: 'mark me' }));
  settle(economy, execution.id);
  economy.close();
  mkdirSync(join(home.directory, 'plain'));
  writeFileSync(join(home.directory, 'plain', 'main'), '#!/bin/sh\n', { mode: 0o644 });
});
afterAll(() => home.remove());

/** Everything that a command could have changed. */
async function state(): Promise<unknown> {
  const commands = ['status', 'agents', 'bids', 'executions', 'prompts', 'audit', 'markets'];
  return Promise.all(commands.map((command) => home.json(command)));
}

type Case = readonly [args: string, code: string, says: RegExp];

const COMMANDS: readonly Case[] = [
  ['sttaus', 'unknown_command', /did you mean status\?/],
  ['prompst', 'unknown_command', /did you mean one of|did you mean prompts/],
  ['frobnicate', 'unknown_command', /--help lists the commands/],
  ['status --jsn', 'unknown_option', /did you mean --json\?/],
  ['status --frobnicate', 'unknown_option', /--help lists the options/],
  ['status now', 'excess_arguments', /too many arguments/],
  ['--home', 'option_missing_argument', /--home <dir>/],
  ['status --home=', 'empty', /--home must be a folder/],
  ['status --set', 'option_missing_argument', /--set/],
  ['status --set market', 'config_invalid', /key\.path=value/],
  ['status --set market.cycle_second=5', 'config_invalid', /did you mean market\.cycle_seconds\?/],
  ['status --set market.cycle_seconds=-5', 'config_invalid', /must be a number from 0\.01 to 3600/],
  ['status --set market.cycle_seconds=.nan', 'config_invalid', /must be a number from/],
  ['status --set market.cycle_seconds=', 'config_invalid', /must be a number from/],
];

const SCORING: readonly Case[] = [
  ['score', 'missing_argument', /'prompt'/],
  ['score prompt_1 5 5', 'missing_argument', /'understandable'/],
  ['score prompt_1 5 5 5 5', 'excess_arguments', /Expected 4/],
  ['score prompt_x 5 5 5', 'invalid_id', /such as prompt_17/],
  ['score exe_1 5 5 5', 'invalid_id', /such as prompt_17/],
  ['score 0 5 5 5', 'invalid_id', /such as prompt_17/],
  ['score -1 5 5 5', 'invalid_id', /such as prompt_17/],
  ['score 99999999999999999999 5 5 5', 'invalid_id', /such as prompt_17/],
  ['score prompt_2 5 5 5', 'prompt_not_found', /bp-agents prompts lists them/],
  ['score prompt_1 a 5 5', 'wrong_type', /^interesting must be a whole number from 0 to 10, not "a"/],
  ['score prompt_1 5 -1 5', 'negative', /^useful must be a whole number from 0 to 10/],
  ['score prompt_1 5 5 11', 'too_large', /^understandable must be a whole number from 0 to 10/],
  ['score prompt_1 5.5 5 5', 'not_integer', /^interesting must be a whole number/],
  ['score prompt_1 5 NaN 5', 'not_finite', /^useful must be a whole number/],
  ['score prompt_1 5 5 Infinity', 'not_finite', /^understandable must be a whole number/],
  ['score prompt_1 5 1e999 5', 'not_finite', /^useful must be a whole number/],
  ['score prompt_1 0x5 5 5', 'wrong_type', /^interesting must be a whole number/],
  [
    `score prompt_1 5 5 5 --reason ${'x'.repeat(1001)}`,
    'too_large',
    /reason must be at most 1000 characters, not 1001/,
  ],
  ['skip', 'missing_argument', /'prompt'/],
  ['skip prompt_', 'invalid_id', /such as prompt_17/],
  ['skip 77', 'prompt_not_found', /bp-agents prompts lists them/],
];

const BOOTSTRAP: readonly Case[] = [
  ['bootstrap', 'agent_alive', /genesis is alive; choose another id/],
  ['bootstrap --id', 'option_missing_argument', /--id <id>/],
  ['bootstrap --id Genesis', 'invalid_id', /a-z, 0-9 and -/],
  ['bootstrap --id ../up', 'invalid_id', /a-z, 0-9 and -/],
  [`bootstrap --id ${'a'.repeat(42)}`, 'invalid_id', /1 to 41/],
  ['bootstrap --id b --credits ten', 'wrong_type', /credits must be a number, not "ten"/],
  ['bootstrap --id b --credits 0', 'not_positive', /credits must be at least 0\.000001/],
  ['bootstrap --id b --credits -1', 'negative', /credits must not be negative/],
  ['bootstrap --id b --credits=', 'empty', /credits must be a number, not empty/],
  ['bootstrap --id b --credits NaN', 'not_finite', /credits must be a finite number/],
  ['bootstrap --id b --credits 1e10', 'too_large', /credits must be at most 1000000000/],
  ['bootstrap --id b --credits 0.0000001', 'too_many_decimals', /credits must have at most 6 decimals/],
  ['bootstrap --id b --bid 1e999', 'not_finite', /bid must be a finite number/],
  ['bootstrap --id b --bid 0.5', 'below_reserve', /at least 58\.25/],
  ['bootstrap --id b --credits 5 --bid 100', 'insufficient_credits', /at most 5/],
  ['bootstrap --id b --bundle=', 'empty', /bundle must be cpu_seconds=1/],
  ['bootstrap --id b --bundle cpu', 'wrong_type', /bundle must be like cpu_seconds=1/],
  ['bootstrap --id b --bundle cpu_seconds=1', 'missing_resource', /memory_mb is missing/],
  ['bootstrap --id b --bundle cpu_seconds=1,cpu_seconds=2', 'invalid_value', /"cpu_seconds" once/],
  ['bootstrap --id b --bundle cpu_seconds=1,memory_mb=64,tokens=0,attention=0,gpu=1', 'unknown_resource', /knows only/],
  [
    'bootstrap --id b --bundle cpu_seconds=1,memory_mb=64,tokens=0,attention=0,__proto__=1',
    'unknown_resource',
    /knows only/,
  ],
  [
    'bootstrap --id b --bundle cpu_seconds=x,memory_mb=64,tokens=0,attention=0',
    'wrong_type',
    /bundle\.cpu_seconds must be a number/,
  ],
  ['bootstrap --id b --bundle cpu_seconds=0,memory_mb=64,tokens=0,attention=0', 'not_positive', /at least 0\.001/],
  ['bootstrap --id b --bundle cpu_seconds=1,memory_mb=8,tokens=0,attention=0', 'too_small', /at least 16/],
  ['bootstrap --id b --bundle cpu_seconds=1,memory_mb=64.5,tokens=0,attention=0', 'not_integer', /a whole number/],
  ['bootstrap --id b --bundle cpu_seconds=1,memory_mb=64,tokens=-1,attention=0', 'negative', /must not be negative/],
  ['bootstrap --id b --bundle cpu_seconds=1,memory_mb=64,tokens=0,attention=2', 'too_large', /at most 1/],
  ['bootstrap --id b --bundle cpu_seconds=17,memory_mb=64,tokens=0,attention=0', 'bundle_exceeds_supply', /16/],
  ['bootstrap --id b --bundle cpu_seconds=1,memory_mb=64,tokens=5,attention=0', 'no_supply', /tokens/],
  ['bootstrap --id b --from=', 'empty', /--from must be a folder/],
  ['bootstrap --id b --from nowhere', 'invalid_value', /--from must be a folder.*nowhere is none/],
  ['bootstrap --id b --from .bp-agents', 'entry_point_missing', /main\.py, main\.js, main\.mjs or an executable main/],
  ['bootstrap --id b --from plain', 'entry_point_missing', /main is there without its x bit: chmod \+x it/],
];

const SHOWING: readonly Case[] = [
  ['agent', 'missing_argument', /'id'/],
  ['agent nobody', 'agent_not_found', /bp-agents agents lists them/],
  ['agent A', 'invalid_id', /a-z, 0-9 and -/],
  ['agents --status well', 'invalid_argument', /alive, dormant, dead/],
  ['agents --limit 0', 'too_small', /limit must be a whole number from 1 to/],
  ['bids --limit -5', 'negative', /limit must be a whole number from 1 to/],
  ['bids --limit 2.5', 'not_integer', /limit must be a whole number from 1 to/],
  ['bids --limit 1e9', 'too_large', /limit must be a whole number from 1 to/],
  ['bids --limit=', 'empty', /limit must be a whole number from 1 to/],
  ['bids --status lost', 'invalid_argument', /pending, won, withdrawn, expired, voided/],
  ['bids --agent nobody', 'agent_not_found', /there is no agent nobody/],
  ['bids 99', 'bid_not_found', /bp-agents bids lists them/],
  ['bids bid', 'invalid_id', /such as bid_17/],
  ['executions --outcome fine', 'invalid_argument', /system_fault/],
  ['executions --agent nobody', 'agent_not_found', /there is no agent nobody/],
  ['prompts --agent nobody', 'agent_not_found', /there is no agent nobody/],
  ['prompts --limit many', 'wrong_type', /limit must be a whole number/],
  ['history --limit many', 'wrong_type', /limit must be a whole number/],
  ['logs', 'missing_argument', /'target'/],
  ['logs nobody', 'agent_not_found', /bp-agents agents lists them/],
  ['logs exe_99', 'execution_not_found', /bp-agents executions lists them/],
  ['logs ../../etc/passwd', 'invalid_id', /such as exe_17/],
  ['stop genesis now', 'excess_arguments', /too many arguments/],
  ['stop exe_99', 'execution_not_found', /bp-agents executions lists them/],
  ['stop exe_1', 'execution_already_ended', /exe_1 has ended already: completed/],
  ['stop exe_x', 'invalid_id', /such as exe_17/],
  ['stop bid_1', 'invalid_id', /an execution such as exe_17, or an agent/],
  ['stop nobody', 'agent_not_found', /bp-agents agents lists them/],
  ['stop genesis --now', 'invalid_value', /--now is for the run alone/],
  ['audit --expect abc', 'invalid_value', /64 hexadecimal digits/],
  ['export', 'missing_mandatory_option_value', /--dir/],
  ['export --dir=', 'empty', /--dir must be a folder/],
  ['run --cycles 0', 'too_small', /cycles must be a whole number from 1 to/],
  ['run --cycles -1', 'negative', /cycles must be a whole number from 1 to/],
  ['run --cycles 1.5', 'not_integer', /cycles must be a whole number from 1 to/],
  ['run --cycles soon', 'wrong_type', /cycles must be a whole number from 1 to/],
  ['run --cycles=', 'empty', /cycles must be a whole number from 1 to/],
];

describe('wrong input', () => {
  it.each([...COMMANDS, ...SCORING, ...BOOTSTRAP, ...SHOWING])(
    'is told in one line with its code and what would be right: %s (%s)',
    async (args, code, says) => {
      const end = await home.run(...args.split(' '));
      expect(end).toMatchObject({ exitCode: 2, stdout: '' });
      const line = /^bp-agents: (.*) \((\w+)\)\n$/.exec(end.stderr);
      expect(line?.[2]).toBe(code);
      expect(line?.[1]).toMatch(says);
    },
  );

  it('changes nothing', async () => {
    const before = await state();
    for (const [args] of [...SCORING, ...BOOTSTRAP]) await home.run(...args.split(' '));
    expect(await state()).toEqual(before);
  });

  it('does not reach the terminal as it is', async () => {
    const { stderr } = await home.run('\u001b]0;title\u0007stat\u202eus');
    expect(stderr).toMatch(/unknown command/);
    expect(stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  });
});
