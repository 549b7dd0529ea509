import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ServedRequest } from '../../../src/domain/served-request.ts';
import { openTestService, type TestAgent, type TestService } from '../../helpers/service-client.ts';

let seen: ServedRequest[];
let test: TestService;
let ann: TestAgent;
beforeEach(async () => {
  seen = [];
  test = await openTestService({ observe: (request) => void seen.push(request) });
  ann = await test.agent('ann');
});
afterEach(() => test.close());

/** It is told once the answer is sent, which its reader may have by then. */
const first = () => expect.poll(() => seen[0]);

describe('who looks on is told of a request with its answer', () => {
  it('of which execution it is, with its query', async () => {
    const { text } = await ann.get('/market/state?x=1');
    await first().toMatchObject({
      ...{ executionId: ann.executionId, method: 'GET', path: '/market/state?x=1', body: null },
      answer: text,
    });
  });

  it('as it was sent, where it is refused', async () => {
    const { text, status } = await ann.post('/market/bid', { amount: 9, odd: [true] });
    expect(status).toBe(400);
    await first().toMatchObject({ status: 400, body: '{"amount":9,"odd":[true]}', answer: text });
  });

  it('without a body, where none can be read', async () => {
    const { text } = await ann.post('/market/bid', '{"bundle": {');
    await first().toMatchObject({ status: 400, body: null, answer: text });
  });

  it('without the token that it was sent with', async () => {
    await ann.get('/market/state');
    await first().toBeDefined();
    expect(JSON.stringify(seen)).not.toContain(ann.token);
  });

  it('no more than its beginning', async () => {
    await ann.post(`/social/message?${'q'.repeat(8000)}`, { to: 'ann', content: 'x'.repeat(8000) });
    await first().toBeDefined();
    expect(seen[0]?.path.length).toBe(4096);
    expect(seen[0]?.body?.length).toBe(4096);
  });

  it('apart from those of another', async () => {
    const bob = await test.agent('bob');
    await bob.get('/market/state');
    await ann.get('/market/state');
    await expect.poll(() => seen.map(({ executionId }) => executionId)).toEqual([bob.executionId, ann.executionId]);
  });
});
