import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { afterEach, describe, expect, it } from 'vitest';
import { submitPrompt } from '../../../src/economy/attention/submit-prompt.ts';
import { noteRefusedBid } from '../../../src/economy/executions/refused-bid.ts';
import { accepted, runningAgent, settle, WITH_ATTENTION } from '../../helpers/economy.ts';
import { BUNDLE } from '../../helpers/service-client.ts';
import { compiled } from '../../helpers/compiled.ts';
import { cliHome, type CliHome, type RunningCommand } from '../../helpers/cli.ts';
import { instantEngine, liveOn, type Behaviour } from '../../helpers/instant-engine.ts';

const QUICK = ['--set', 'market.cycle_seconds=0.05', '--set', 'market.supply.cpu_seconds=16'];
const homes: CliHome[] = [];

function homeOf(behave: Behaviour = liveOn): CliHome {
  const home = cliHome({ engine: instantEngine(behave) });
  homes.push(home);
  return home;
}
afterEach(() => {
  for (const home of homes.splice(0)) home.remove();
});

const run = (home: CliHome, ...args: readonly string[]) => home.run('run', '--headless', ...QUICK, ...args);
const start = (home: CliHome, ...args: readonly string[]) => home.start('run', '--headless', ...QUICK, ...args);

async function said(command: RunningCommand, text: string | RegExp): Promise<void> {
  const isSaid = () => (typeof text === 'string' ? command.output.includes(text) : text.test(command.output));
  while (!isSaid()) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe('run', () => {
  it('makes a home and genesis, and ends well after its cycles', async () => {
    const home = homeOf();
    const end = await run(home, '--bootstrap', '--cycles', '6');
    expect(end).toMatchObject({ exitCode: 0, stderr: '' });
    expect(end.stdout).toContain(`made an economy in ${home.directory}`);
    expect(end.stdout).toContain('genesis is made with 1,000 credits');
    expect(end.stdout).toMatch(/\d\d:\d\d:\d\d exe_1 of genesis: completed\n/);
    expect(end.stdout).toMatch(/ended after cycle 6\n$/);
    expect(await home.json('status')).toMatchObject({ cycle: 6, executions: { running: 0 }, prompts: { open: 1 } });
    expect(await home.json('audit')).toMatchObject({ ok: true });
    const log = readFileSync(join(home.directory, '.bp-agents', 'logs', 'bp-agents.log'), 'utf8')
      .trim()
      .split('\n');
    expect(log.map((line) => (JSON.parse(line) as { msg: string }).msg)).toContain('cleared');
  });

  it('tells when an agent is left with nothing pending, once, and why', async () => {
    const home = homeOf(({ executionId }, economy) => noteRefusedBid(economy, executionId, 'below_reserve'));
    const restarts = ['--set', 'lifecycle.restarts=0'];
    const { stdout } = await run(home, '--bootstrap', '--cycles', '4', ...restarts);
    const line = 'nothing is pending for genesis after exe_1: its bid was refused (below_reserve)';
    expect(stdout.split(line)).toHaveLength(2);
    expect(await home.json('executions')).toMatchObject([{ left_idle: true, refused_bid: 'below_reserve' }]);
    expect((await home.run('executions')).stdout).toContain('left idle: bid refused, below_reserve');
    const agent = await home.json<{ last_executions: unknown }>('agent', 'genesis');
    expect(agent.last_executions).toMatchObject([{ left_idle: true, refused_bid: 'below_reserve' }]);
    const { stdout: shown } = await home.run('agent', 'genesis');
    expect(shown).toContain('nothing pending since exe_1 (bid refused, below_reserve)');
  });

  it('tells of a refused bid which a restart follows, with its code, while there is time to act', async () => {
    const home = homeOf(({ executionId }, economy) => noteRefusedBid(economy, executionId, 'below_reserve'));
    const { stdout } = await run(home, '--bootstrap', '--cycles', '4');
    const line = 'exe_1 of genesis left no bid, its own was refused (below_reserve): bid_2 restarts it from cycle ';
    expect(stdout.split(line)).toHaveLength(2);
    expect(stdout).not.toContain('nothing is pending');
    expect(await home.json('executions')).toMatchObject([{ left_idle: false, restart_bid: 'bid_2' }]);
    expect((await home.run('executions')).stdout).toContain('restarted by bid_2: bid refused, below_reserve');
    const { stdout: shown } = await home.run('agent', 'genesis');
    expect(shown).toContain('restarted by bid_2 after exe_1 (bid refused, below_reserve)');
  });

  it('tells of an agent whose next_bid was refused after its execution had ended', async () => {
    const home = homeOf();
    const economy = home.open();
    const { execution } = runningAgent(economy, 'genesis', { bundle: WITH_ATTENTION });
    const draft = { content: 'look', nextBid: { bundle: BUNDLE, amount: 0.000001 } };
    const caller = { executionId: execution.id, agentId: 'genesis' };
    const { promptId } = accepted(submitPrompt(economy, caller, draft));
    settle(economy, execution.id);
    economy.close();
    const restarts = ['--set', 'lifecycle.restarts=0'];
    expect((await run(home, '--cycles', '1', ...restarts)).stdout).not.toContain('nothing is pending');
    await home.run('skip', `prompt_${promptId}`, ...restarts);
    const { stdout } = await run(home, '--cycles', '2', ...restarts);
    const line = 'nothing is pending for genesis after exe_1: its bid was refused (below_reserve)';
    expect(stdout.split(line)).toHaveLength(2);
  });

  it('makes genesis only where no agent was ever made', async () => {
    const home = homeOf();
    await home.run('bootstrap', '--id', 'other');
    await run(home, '--bootstrap', '--cycles', '1');
    expect(await home.json('agents')).toMatchObject([{ id: 'other' }]);
    expect(await home.json('agents')).toHaveLength(1);
  });

  it('runs an empty market and says how to make genesis', async () => {
    const home = homeOf();
    const { exitCode, stdout } = await run(home, '--cycles', '2');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('no agents yet: bp-agents bootstrap makes genesis');
    expect(await home.json('status')).toMatchObject({ cycle: 2, agents: { alive: 0, dormant: 0, dead: 0 } });
  });

  it('launches nothing more after the first interrupt, and settles what runs', async () => {
    let finish: () => void = () => undefined;
    const home = homeOf(() => new Promise<void>((resolve) => (finish = resolve)));
    const market = start(home, '--bootstrap');
    await said(market, 'exe_1 of genesis started');
    market.interrupt();
    await said(market, 'ending: nothing more is launched');
    expect(await home.json('status')).toMatchObject({ executions: { running: 1 } });
    finish();
    expect(await market.ended).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await home.json('executions')).toMatchObject([{ outcome: 'completed' }]);
  });

  it('never asks where there is no terminal, and says how to answer', async () => {
    const home = homeOf();
    const { stdout } = await home.run('run', '--bootstrap', '--cycles', '12', ...QUICK);
    expect(stdout.split('prompt_1 from genesis waits for an answer: bp-agents prompts')).toHaveLength(2);
    expect(await home.json('prompts', '--open')).toMatchObject([{ id: 'prompt_1', scores: null }]);
  });

  it('takes marks from another terminal while it goes on', async () => {
    const home = homeOf();
    const market = start(home, '--bootstrap');
    await said(market, 'prompt_1 from genesis waits');
    const marked = await home.run('score', 'prompt_1', '7', '8', '9');
    expect(marked).toMatchObject({ exitCode: 0 });
    expect(marked.stdout).toMatch(/^\+600 to genesis, who now has [\d,.]+: \d+ more prompts$/mu);
    expect(await home.run('score', 'prompt_1', '7', '8', '9')).toMatchObject({ exitCode: 2 });
    await said(market, 'prompt_2 from genesis waits');
    expect((await home.run('skip', '2')).stdout).toMatch(/^nothing to genesis, who now has /mu);
    market.interrupt();
    expect(await market.ended).toMatchObject({ exitCode: 0 });
    const prompts = await home.json<readonly unknown[]>('prompts');
    expect(prompts.slice(0, 2)).toMatchObject([
      { id: 'prompt_1', status: 'scored', reward: 600 },
      { id: 'prompt_2', status: 'skipped' },
    ]);
    expect(await home.json('audit')).toMatchObject({ ok: true });
  });

  it('ends with one line where the engine does not answer', async () => {
    const home = cliHome();
    homes.push(home);
    expect(await run(home, '--cycles', '1')).toMatchObject({
      exitCode: 1,
      stderr: 'bp-agents: no engine answers; install Docker (sandbox_engine_unreachable)\n',
    });
  });

  it('stops with one line where credits do not add up', async () => {
    const home = homeOf();
    await home.run('bootstrap');
    const database = new SqliteDatabase(join(home.directory, '.bp-agents', 'economy.db'));
    database.exec(`UPDATE accounts SET posted = posted + 1 WHERE id = 'genesis'`);
    database.close();
    expect(await run(home)).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/^bp-agents: credits do not add up: .*\(conservation_broken\)\n$/) as string,
    });
  });
});

describe('one run per home', () => {
  it('is all there may be: a second one is told which process runs', async () => {
    const home = homeOf();
    const market = start(home);
    await said(market, 'cycle 1');
    expect(await run(home, '--cycles', '1')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(
        `^bp-agents: process ${process.pid} runs this economy already.*\\(already_running\\)\n$`,
      ) as string,
    });
    expect((await home.run('doctor')).stdout).toContain(`going on in process ${process.pid}`);
    const beside = homeOf();
    expect(await run(beside, '--cycles', '1')).toMatchObject({ exitCode: 0 });
    market.interrupt();
    await market.ended;
    expect(existsSync(join(home.directory, '.bp-agents', 'run.pid'))).toBe(false);
    expect(await run(home, '--cycles', '1')).toMatchObject({ exitCode: 0 });
  });

  it('holds between processes, and ends with the process that held it', async () => {
    const home = homeOf();
    const holder = spawn(process.execPath, [HOLDER, join(home.directory, '.bp-agents')]);
    await new Promise((resolve) => holder.stdout.once('data', resolve));
    const { exitCode, stderr } = await run(home, '--cycles', '1');
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`process ${String(holder.pid)} runs this economy already`);
    // As a crash would: nothing is cleaned up.
    const gone = new Promise((resolve) => holder.once('exit', resolve));
    holder.kill('SIGKILL');
    await gone;
    expect(readFileSync(join(home.directory, '.bp-agents', 'run.pid'), 'utf8')).toBe(`${String(holder.pid)}\n`);
    expect(await run(home, '--cycles', '1')).toMatchObject({ exitCode: 0 });
  });
});

const HOLDER = await compiled(new URL('../../helpers/lock-holder.ts', import.meta.url));
