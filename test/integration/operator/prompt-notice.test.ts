import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/load.ts';
import { skipPrompt } from '../../../src/economy/attention/end-prompt.ts';
import { submitPrompt } from '../../../src/economy/attention/submit-prompt.ts';
import { pauseByOperator, endOperatorPause } from '../../../src/economy/market/operator-pause.ts';
import { PromptDesk } from '../../../src/operator/prompt-desk.ts';
import { PromptNotice } from '../../../src/operator/prompt-notice.ts';
import { systemClock } from '../../../src/platform/system-clock.ts';
import {
  accepted,
  openTestEconomy,
  runningAgent,
  settle,
  WITH_ATTENTION,
  type TestEconomy,
} from '../../helpers/economy.ts';

let economy: TestEconomy;
let desk: PromptDesk;
let folder: string;
let notices: PromptNotice[];
let said: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bp-notice-'));
  economy = openTestEconomy({ overrides: ['attention.quiet_hours=["01:00-07:00"]', 'attention.time_zone=UTC'] });
  desk = new PromptDesk(economy);
  [notices, said] = [[], []];
});
afterEach(async () => {
  for (const notice of notices) await notice.close();
  economy.close();
  rmSync(folder, { recursive: true, force: true });
});

function noticeBy(command: readonly string[], ...more: readonly string[]): PromptNotice {
  const overrides = [`notify.command=${JSON.stringify(command)}`, ...more];
  const config = loadConfig({ home: '/', readFile: () => undefined, environment: {}, overrides });
  // The test moves time; what a program takes is real.
  const { clock: moved } = economy;
  const clock = { ...systemClock(), now: () => moved.now(), monotonic: () => moved.monotonic() };
  const home = { directory: folder, economy: { ...economy, clock }, config, close: () => undefined };
  const environment = { PATH: process.env['PATH'], FOLDER: folder };
  const notice = new PromptNotice({ home, prompts: desk, environment, onFailure: (line) => void said.push(line) });
  notices.push(notice);
  return notice;
}

/** A prompt that takes the slot. */
function show(agentId: string, title: string): number {
  const { execution } = runningAgent(economy, agentId, { bundle: WITH_ATTENTION });
  const draft = { title, content: 'Read me.' };
  const { promptId } = accepted(submitPrompt(economy, { executionId: execution.id, agentId }, draft));
  settle(economy, execution.id);
  return promptId;
}

/** A program that notes each of its runs. */
function noting(): readonly string[] {
  const script = join(folder, 'note.sh');
  writeFileSync(
    script,
    '#!/bin/sh\ncat >> "$FOLDER/in"\nprintf "%s|%s|%s\\n" "$NOTIFY_TITLE" "$NOTIFY_PROMPT_ID" "$*" >> "$FOLDER/env"\n',
    { mode: 0o755 },
  );
  return [script, 'one argument', '$HOME `id`'];
}
const noted = (name: string) => (existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : '');
async function until(isThere: () => boolean): Promise<void> {
  while (!isThere()) await new Promise((resolve) => setTimeout(resolve, 10));
}
const idle = (seconds: number) => economy.clock.advance(seconds * 1000);

describe('notify.command', () => {
  it('is run once for a prompt when nobody has touched anything, with facts and no word of the agent in its arguments', async () => {
    const notice = noticeBy(noting());
    show('genesis', '--help\u001B]0;x\u0007 $(id)\nsecond line');
    notice.look();
    idle(31);
    await desk.welcome();
    notice.look();
    idle(29);
    notice.look();
    expect(noted('env')).toBe('');
    idle(2);
    notice.look();
    await until(() => noted('env').includes('\n'));
    notice.look();
    idle(1000);
    notice.look();
    await notice.close();
    expect(noted('env')).toBe('--help␛]0;x␇ $(id) second line|prompt_1|one argument $HOME `id`\n');
    expect(JSON.parse(noted('in'))).toEqual({
      prompt_id: 'prompt_1',
      agent_id: 'genesis',
      request_id: null,
      title: '--help␛]0;x␇ $(id) second line',
      home: folder,
    });
    expect(said).toEqual([]);
  });

  it('waits between two runs, in quiet hours and in a pause', async () => {
    const notice = noticeBy(noting(), 'notify.pause_seconds=600');
    const first = show('a', 'one');
    idle(60);
    notice.look();
    await until(() => noted('env') !== '');
    accepted(skipPrompt(economy, first));
    show('b', 'two');
    idle(400);
    notice.look();
    idle(400);
    accepted(pauseByOperator(economy, undefined));
    notice.look();
    endOperatorPause(economy);
    economy.clock.jump(2 * 3_600_000);
    notice.look();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(noted('env').split('\n')).toHaveLength(2);
    economy.clock.jump(6 * 3_600_000);
    notice.look();
    await until(() => noted('env').includes('two'));
  });

  it('is killed with all that it started when it takes too long, and a failure is told once', async () => {
    const slow = join(folder, 'slow.sh');
    writeFileSync(
      slow,
      '#!/bin/sh\ntrap "" TERM\n(trap "" TERM; sleep 60; echo late > "$FOLDER/late") &\necho $! > "$FOLDER/pid"\nwait\n',
      { mode: 0o755 },
    );
    const notice = noticeBy([slow], 'notify.pause_seconds=0', 'notify.timeout_seconds=0.5');
    const first = show('a', 'one');
    idle(60);
    notice.look();
    await until(() => said.length === 1);
    expect(said).toEqual(['notify.command failed: it was killed after 0.5 s']);
    const pid = Number(noted('pid'));
    await until(() => !existsSync(`/proc/${pid}`) || readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z '));
    accepted(skipPrompt(economy, first));
    show('b', 'two');
    idle(60);
    notice.look();
    await notice.close();
    expect(said).toHaveLength(1);
  });

  it('that is not there is told, and holds up nothing', async () => {
    const notice = noticeBy([join(folder, 'absent')]);
    show('a', 'one');
    idle(60);
    notice.look();
    await until(() => said.length === 1);
    expect(said[0]).toContain('ENOENT');
  });
});
