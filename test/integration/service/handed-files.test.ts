import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { skipPrompt } from '../../../src/economy/attention/end-prompt.ts';
import { accepted, bidFor, nextCycle, settle, start, WITH_ATTENTION } from '../../helpers/economy.ts';
import { economyState } from '../../helpers/money.ts';
import { openTestService, type Answer, type TestAgent, type TestService } from '../../helpers/service-client.ts';

let test: TestService;
let ann: TestAgent;
/** What ann's workspace holds, and what was asked of it. */
let files: Map<string, Buffer>;
let taken: (readonly string[])[];

beforeEach(async () => {
  test = await openTestService({ overrides: ['attention.files_max=3', 'attention.files_bytes_max=1000'] });
  files = new Map([
    ['report.pdf', Buffer.from([0, 1, 255])],
    ['out/größe 猫.png', Buffer.alloc(900, 'x')],
  ]);
  taken = [];
  test.takeFiles = (paths, bytesMax) => {
    taken.push(paths);
    const index = paths.findIndex((path) => !files.has(path));
    if (index >= 0) return Promise.resolve({ fault: 'missing', index });
    const contents = paths.map((path) => files.get(path)!);
    const bytes = contents.reduce((sum, { length }) => sum + length, 0);
    return Promise.resolve(bytes > bytesMax ? { fault: 'too_large', index: paths.length - 1 } : { contents });
  };
  ann = await test.agent('ann', { bundle: WITH_ATTENTION });
});
afterEach(() => test.close());

const prompt = (names: unknown, headers: Readonly<Record<string, string>> = {}) =>
  ann.post('/human/prompt', { content: 'Look!', files: names }, headers);
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** Refused, and nothing is as it wasn't before. */
async function expectRefused(answer: Promise<Answer>, expected: Readonly<Record<string, unknown>>): Promise<void> {
  const before = economyState(test.economy);
  expect((await answer).body).toMatchObject(expected);
  expect(economyState(test.economy)).toEqual(before);
  expect(test.economy.store.prompts.ofExecution(ann.executionId)).toBeUndefined();
}

describe('files of a prompt', () => {
  it('are kept as they were at the request, and told in their order', async () => {
    const names = ['out/größe 猫.png', 'report.pdf'];
    expect((await prompt(names)).status).toBe(201);
    expect(taken).toEqual([names]);
    const { store } = test.economy;
    const [first, second] = names.map((name) => files.get(name)!);
    expect([store.promptFiles.content(1, 0), store.promptFiles.content(1, 1)]).toEqual([first, second]);
    expect((await ann.get('/human/prompts')).body['prompts']).toMatchObject([
      {
        files: [
          { name: 'out/größe 猫.png', bytes: 900, sha256: sha256(first!), kept: true },
          { name: 'report.pdf', bytes: 3, sha256: sha256(second!), kept: true },
        ],
      },
    ]);
  });

  it('are none where none are named, and nobody is asked', async () => {
    expect((await prompt([])).status).toBe(201);
    expect((await ann.get('/human/prompts')).body['prompts']).toMatchObject([{ files: [] }]);
    expect(taken).toEqual([]);
  });

  it.each([
    ['text', 'report.pdf', { code: 'wrong_type', field: 'files' }],
    ['an object', { 0: 'report.pdf' }, { code: 'wrong_type', field: 'files' }],
    ['null', null, { code: 'wrong_type', field: 'files' }],
    ['a name that is none', ['report.pdf', 7], { code: 'wrong_type', field: 'files.1' }],
    ['too many', ['a', 'b', 'c', 'd'], { code: 'too_many_files', limit: 3 }],
    ['a way out', ['report.pdf', '../x'], { code: 'invalid_path', field: 'files.1' }],
    ['an absolute path', ['/etc/passwd'], { code: 'invalid_path', field: 'files.0' }],
    ['NUL', ['a\0b'], { code: 'invalid_path' }],
    ['half a character', ['a\ud800'], { code: 'invalid_path' }],
    ['the handshake', ['env.json'], { code: 'invalid_path' }],
    ['one twice', ['report.pdf', 'REPORT.PDF'], { code: 'invalid_path', field: 'files.1' }],
  ])('that are %s are refused before anything is read', async (_, names, expected) => {
    await expectRefused(prompt(names), expected);
    expect(taken).toEqual([]);
  });

  it('that can not be had refuse the whole prompt, and say which of them', async () => {
    await expectRefused(prompt(['report.pdf', 'nowhere.txt']), {
      ...{ status: 404, code: 'file_not_found', field: 'files.1' },
      detail: '"nowhere.txt" is not in the workspace',
    });
    files.set('more', Buffer.alloc(101));
    await expectRefused(prompt(['out/größe 猫.png', 'more']), {
      ...{ status: 422, code: 'files_too_large', field: 'files.1', limit: 1000 },
    });
    for (const fault of ['no_file', 'link', 'unreadable', 'changed'] as const) {
      test.takeFiles = () => Promise.resolve({ fault, index: 0 });
      await expectRefused(prompt(['report.pdf']), { status: 422, code: 'file_refused', field: 'files.0' });
    }
    test.takeFiles = () => Promise.reject(new Error('the stream broke'));
    await expectRefused(prompt(['report.pdf']), { status: 503, code: 'files_unavailable', field: 'files' });
  });

  it('are read only for one who may show something', async () => {
    const settled = ann;
    settle(test.economy, ann.executionId);
    expect((await prompt(['report.pdf'])).status).toBe(401);
    bidFor(test.economy, 'ann');
    ann = await test.connect(start(test.economy, nextCycle(test.economy).allocated[0]!));
    await expectRefused(prompt(['report.pdf']), { code: 'no_attention' });
    await expectRefused(ann.post('/human/prompt', { content: ' ', files: ['report.pdf'] }), { code: 'empty' });
    const foreign = { content: 'x', files: ['report.pdf'], execution_id: `exe_${settled.executionId}` };
    await expectRefused(ann.post('/human/prompt', foreign), { code: 'wrong_execution' });
    expect(taken).toEqual([]);
  });

  it('are read once, however often the prompt comes at once', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => prompt(['report.pdf'])));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 403, 403, 403, 403, 403]);
    expect(taken).toHaveLength(1);
    expect((await prompt(['report.pdf'])).body).toMatchObject({ code: 'prompt_already_submitted' });
    expect(taken).toHaveLength(1);
  });

  it('are read once for one key, and what changed since makes no difference', async () => {
    const key = { 'idempotency-key': 'k' };
    const answers = await Promise.all(Array.from({ length: 4 }, () => prompt(['report.pdf'], key)));
    files.set('report.pdf', Buffer.from('other'));
    answers.push(await prompt(['report.pdf'], key));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers[0]).toMatchObject({ status: 201 });

    // In the agent's next execution, too, which might show something of its own.
    settle(test.economy, ann.executionId);
    accepted(skipPrompt(test.economy, 1));
    bidFor(test.economy, 'ann', { bundle: WITH_ATTENTION });
    ann = await test.connect(start(test.economy, nextCycle(test.economy).allocated[0]!));
    expect((await prompt(['report.pdf'], key)).text).toBe(answers[0]?.text);
    expect((await prompt(['other'], key)).body).toMatchObject({ code: 'idempotency_key_reused' });
    expect(taken).toHaveLength(1);
  });

  it('may be asked for 10 times, and no snapshot is begun while another is taken', async () => {
    let [open, most] = [0, 0];
    test.takeFiles = async (paths) => {
      taken.push(paths);
      most = Math.max(most, (open += 1));
      await new Promise((resolve) => setTimeout(resolve, 5));
      open -= 1;
      return { fault: 'missing', index: 0 };
    };
    const answers = await Promise.all(Array.from({ length: 14 }, () => prompt(['nowhere'])));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array<number>(10).fill(404), 429, 429, 429, 429]);
    expect([taken.length, most]).toEqual([10, 1]);
    await expectRefused(prompt(['nowhere']), { code: 'too_many_requests', limit: 10 });
    expect((await ann.post('/human/prompt', { content: 'without' })).status).toBe(201);
  });

  it('that were on their way when the execution ended are not kept', async () => {
    test.takeFiles = () => {
      settle(test.economy, ann.executionId);
      return Promise.resolve({ contents: [Buffer.from('x')] });
    };
    expect((await prompt(['report.pdf'])).body).toMatchObject({ code: 'execution_ended' });
    expect(test.economy.store.prompts.counts()).toEqual({ open: 0, queued: 0 });
  });

  it('can be handed over through MCP as well', async () => {
    const answer = await ann.post('/mcp', {
      ...{ jsonrpc: '2.0', id: 1, method: 'tools/call' },
      params: { name: 'submitPrompt', arguments: { content: 'Look!', files: ['report.pdf'] } },
    });
    expect(answer.body).toMatchObject({ result: { structuredContent: { prompt_id: 'prompt_1' } } });
    expect(test.economy.store.promptFiles.content(1, 0)).toEqual(files.get('report.pdf'));
  });
});
