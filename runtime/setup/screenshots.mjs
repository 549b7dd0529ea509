import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { captured } from './child.mjs';
import { Fault } from './fault.mjs';
import { inRoot, ROOT } from './places.mjs';
import { ALL_STEPS, setUp } from './set-up.mjs';
import { step } from './step.mjs';

const IMAGES = inRoot('docs', 'images');
const PNG_BYTES_MAX = 120_000;
const LIVES_MS = 150_000;
const SIZE = { width: 1280, height: 800 };
const SETTINGS = ['market.cycle_seconds=2', 'lifecycle.dormant_seconds=600'];
const AGENTS = [
  ['bootstrap'],
  ['agent', 'new', 'ada', '--template', 'python'],
  ['agent', 'new', 'bruno', '--template', 'node'],
  ['agent', 'new', 'carla', '--template', 'shell'],
  ['bootstrap', '--id', 'dora', '--from', 'docs/agents/learner'],
];
const WISHES = ['What in this house could be told to a guest in five minutes?', 'A riddle whose answer is a number.'];
/** Whose letter the picture of the inbox has. */
const SHOWN = 'genesis';
/** What this human likes: of the same letter always the same, so that the pictures tell of somebody. */
const REASONS = ['short and clear', 'more of this', 'I knew that already', null, 'what would follow from it?'];

/**
 * `npm run screenshots`: pictures of each view of the page in docs/images, from a real run of five agents without a
 * model, whose human marks whatever they show.
 * @param {readonly string[]} args Seconds that they live, if not 150.
 */
export async function screenshots([seconds]) {
  await setUp(ALL_STEPS);
  const home = mkdtempSync(join(tmpdir(), 'bp-screenshots-'));
  const program = programOf(home);
  try {
    await step('agents', async () => `${(await makeAgents(program)).length} made`);
    const run = program.start('run', '--headless');
    try {
      const lives = seconds === undefined ? LIVES_MS : Number(seconds) * 1000;
      await step('lives', (say) => liveOn(program, lives, say));
      await step('pictures', (say) => takeAll(program, say));
    } finally {
      run.kill('SIGTERM');
      await new Promise((resolve) => run.once('close', resolve));
    }
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** @typedef {ReturnType<typeof programOf>} Program */

/** @param {string} home */
function programOf(home) {
  const options = ['--home', home, ...SETTINGS.flatMap((setting) => ['--set', setting])];
  const words = (/** @type {readonly string[]} */ args) => [inRoot('dist', 'main.js'), ...options, ...args];
  return {
    /** @param {readonly string[]} args */
    async run(...args) {
      const { code, output } = await captured(process.execPath, words(args));
      if (code !== 0) throw new Fault(`bp-agents ${args.join(' ')} failed: ${output.trim()}`);
      return output;
    },
    /** @param {readonly string[]} args */
    start: (...args) => spawn(process.execPath, words(args), { cwd: ROOT, stdio: 'ignore' }),
  };
}

/** @param {Program} program */
async function makeAgents({ run }) {
  for (const words of AGENTS) await run(...words);
  for (const wish of WISHES) await run('ask', wish);
  return AGENTS;
}

/**
 * Marks what is shown until the time is over, and leaves a letter of genesis open.
 * @param {Program} program
 * @param {number} milliseconds
 * @param {(doing: string) => void} say
 */
async function liveOn(program, milliseconds, say) {
  const until = Date.now() + milliseconds;
  let marked = 0;
  for (;;) {
    const [open] = JSON.parse(await program.run('prompts', '--open', '--json'));
    if (open?.agent_id === SHOWN && Date.now() > until) return `${marked} letters were marked`;
    if (open) {
      const taste = [...`${open.agent_id}${open.title}`].reduce((sum, letter) => sum + letter.charCodeAt(0), 0);
      const reason = REASONS[taste % REASONS.length];
      const marks = [3 + (taste % 7), 2 + (taste % 8), 6 + (taste % 5)].map(String);
      await program.run('score', open.id, ...marks, ...(reason ? ['--reason', reason] : [])).catch(() => undefined);
      marked++;
    }
    if (Date.now() > until + milliseconds) throw new Fault('no letter was open at the end');
    say(`${marked} letters were marked`);
    await sleep(1000);
  }
}

/**
 * @param {Program} program
 * @param {(doing: string) => void} say
 */
async function takeAll(program, say) {
  const require = createRequire(import.meta.url);
  const { chromium } = require(inRoot('node_modules', 'playwright-core'));
  const executablePath = process.env['BP_CHROMIUM'] ?? '/usr/bin/chromium';
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const browser = await chromium.launch({ executablePath, args });
  try {
    const page = await browser.newPage({ viewport: SIZE, colorScheme: 'light', reducedMotion: 'reduce' });
    await page.goto((await program.run('open', '--print')).trim());
    await page
      .getByText(/cycle \d+/)
      .first()
      .waitFor();
    mkdirSync(IMAGES, { recursive: true });
    const views = await viewsOf(program);
    for (const [name, place] of Object.entries(views)) {
      say(name);
      await page.goto(`${new URL(page.url()).origin}/#/${place}`);
      await page.locator('main h1').waitFor();
      // Whatever the view asks for has come by then.
      await page.waitForLoadState('networkidle', { timeout: 3000 }).catch(() => undefined);
      await page.waitForTimeout(1500);
      writeFileSync(join(IMAGES, `page-${name}.png`), await smallPicture(page));
    }
    return `${Object.keys(views).length} taken`;
  } finally {
    await browser.close();
  }
}

/**
 * Of a view that is full to its end, only as much as fits into a small file.
 * @param {{ screenshot(options: object): Promise<Buffer> }} page
 */
async function smallPicture(page) {
  for (let { height } = SIZE; height > 0; height -= 80) {
    const clip = { x: 0, y: 0, width: SIZE.width, height };
    const bytes = await page.screenshot({ animations: 'disabled', caret: 'hide', clip });
    if (bytes.length <= PNG_BYTES_MAX) return bytes;
  }
  throw new Fault(`no part of a view fits into ${PNG_BYTES_MAX} bytes`);
}

/**
 * Each view by its picture's name, with its place in the page.
 * @param {Program} program
 */
async function viewsOf({ run }) {
  const executions = JSON.parse(await run('executions', '--json'));
  const bids = JSON.parse(await run('bids', '--json'));
  const ended = executions.findLast((/** @type {{ outcome: string | null }} */ { outcome }) => outcome !== null);
  const settled = bids.findLast((/** @type {{ status: string }} */ { status }) => status !== 'pending');
  return {
    inbox: 'inbox',
    now: 'now',
    agents: 'agents',
    agent: 'agents/ada',
    executions: 'executions',
    execution: `executions/${ended.id}`,
    bids: 'bids',
    bid: `bids/${settled.id}`,
    market: 'market',
    requests: 'requests',
    books: 'books',
  };
}
