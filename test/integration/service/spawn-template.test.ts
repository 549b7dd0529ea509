import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newAgent } from '../../../src/economy/agents/new-agent.ts';
import { FolderShelf } from '../../../src/operator/templates/template-shelf.ts';
import { accepted } from '../../helpers/economy.ts';
import { economyState } from '../../helpers/money.ts';
import { BUNDLE, openTestService, type TestAgent, type TestService } from '../../helpers/service-client.ts';
import { LITTLE, programFiles, templateFolders, type TemplateFolders } from '../../helpers/template-folders.ts';

let folders: TemplateFolders;
let shelf: FolderShelf;
let test: TestService;
let ann: TestAgent;

beforeEach(async () => {
  folders = templateFolders();
  folders.add('plain', { title: 'x', needs: LITTLE }, { 'files/main.py': 'theirs', 'files/notes.md': 'notes' });
  folders.add(
    'tool',
    { title: 'x', needs: LITTLE, program: { name: 'tool', version: '1.0.0' } },
    { 'files/main.py': 'tool', ...programFiles('1.0.0') },
  );
  shelf = new FolderShelf(folders.runtimeDirectory);
  test = await openTestService({ templates: shelf, overrides: ['economy.spawn.files_max=2'] });
  ann = await test.agent('ann', { credits: 1000 });
});
afterEach(async () => {
  await test.close();
  folders.remove();
});

const SPAWN = { id: 'child', initial_credits: 200, first_bid: { bundle: BUNDLE, amount: 9 } };

const spawn = (more: object) => ann.post('/social/spawn', { ...SPAWN, ...more });
const filesOf = (id: string) =>
  Object.fromEntries(
    (test.economy.store.agentFiles.waiting(id)?.files ?? []).map(({ path, content }) => [
      path,
      Buffer.from(content ?? []).toString(),
    ]),
  );

async function expectRefused(more: object, expected: object): Promise<void> {
  const before = economyState(test.economy);
  expect((await spawn(more)).body).toMatchObject(expected);
  expect(economyState(test.economy)).toEqual(before);
}

describe('a child of a template', () => {
  it('has its files, and its record says so', async () => {
    expect(await spawn({ template: 'plain' })).toMatchObject({ status: 201, body: { agent_id: 'child' } });
    expect(filesOf('child')).toEqual({ 'main.py': 'theirs', 'notes.md': 'notes' });
    expect(test.economy.store.agents.find('child')).toMatchObject({
      template: 'plain',
      program: null,
      parentId: 'ann',
    });
  });

  it("has the parent's files laid over them, which alone count", async () => {
    expect((await spawn({ template: 'plain', files: { 'notes.md': 'mine', 'more.md': 'more' } })).status).toBe(201);
    expect(filesOf('child')).toEqual({ 'main.py': 'theirs', 'notes.md': 'mine', 'more.md': 'more' });
  });

  it('has its program where the operator has made an agent of it before', async () => {
    await expectRefused({ template: 'tool' }, { status: 409, code: 'template_not_ready', field: 'template' });
    const template = shelf.find('tool')!;
    const bundle = { cpuMs: 1000, memoryMb: 64, tokens: 0, attention: 0 } as const;
    accepted(newAgent(test.economy, { id: 'bob', template, files: template.files, bundle }));
    expect((await spawn({ template: 'tool' })).status).toBe(201);
    const program = template.program!.key;
    expect(test.economy.store.agents.find('child')).toMatchObject({ template: 'tool', program });
  });

  it('is refused where there is no such template, files clash, or neither is given', async () => {
    await expectRefused(
      { template: '../tool' },
      { status: 404, code: 'template_not_found', detail: 'template must be one of plain, tool' },
    );
    await expectRefused({ template: 7 }, { status: 400, code: 'wrong_type', field: 'template' });
    await expectRefused({ template: 'plain', files: { 'main.py/x': '' } }, { code: 'invalid_path' });
    await expectRefused({ template: 'plain', files: { a: '', b: '', c: '' } }, { code: 'too_many_files' });
    await expectRefused({}, { status: 400, code: 'missing_field', field: 'files' });
  });
});
