import SqliteDatabase from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BUSY_MS_IN_RUN } from '../../../src/store/write-lock.ts';
import { BUNDLE, openTestService, type TestAgent, type TestService } from '../../helpers/service-client.ts';

// Another process holds the database for writing while an agent calls the service through its socket.

let test: TestService;
let agent: TestAgent;
let holder: SqliteDatabase.Database;
beforeEach(async () => {
  test = await openTestService({ busyMs: BUSY_MS_IN_RUN });
  agent = await test.agent('a', { credits: 1000 });
  holder = new SqliteDatabase(test.economy.databasePath);
  holder.exec('BEGIN IMMEDIATE');
});
afterEach(async () => {
  if (holder.open) holder.close();
  await test.close();
});

const bid = (headers = {}) => agent.post('/market/bid', { bundle: BUNDLE, amount: 100 }, headers);

describe('while another process holds the database', () => {
  it('what writes is 503 database_locked, says when to come back, and has changed nothing', async () => {
    const bids = async () => (await agent.get('/market/bids')).body['bids'];
    const before = await bids();
    const { status, headers, body } = await bid();
    expect({ status, code: body['code'], retryAfter: headers['retry-after'] }).toEqual({
      status: 503,
      code: 'database_locked',
      retryAfter: '1',
    });
    expect(headers['content-type']).toBe('application/problem+json');
    expect(test.failures).toEqual([]);
    holder.close();
    expect(await bids()).toEqual(before);
    expect((await bid()).status).toBe(201);
  });

  it('a tool that writes says the same, and has changed nothing', async () => {
    const params = { name: 'placeBid', arguments: { bundle: BUNDLE, amount: 100 } };
    const { status, body } = await agent.post('/mcp', { jsonrpc: '2.0', id: 1, method: 'tools/call', params });
    const structuredContent = { code: 'database_locked', limit: 1 };
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { id: 1, result: { isError: true, structuredContent } },
    });
    expect(test.failures).toEqual([]);
    holder.close();
    expect(test.economy.store.bids.countPendingOfPayer('a')).toBe(0);
  });

  it('what only reads is answered', async () => {
    expect((await agent.get('/economic/balance')).status).toBe(200);
    expect((await agent.get('/execution')).status).toBe(200);
  });

  it('a write is done where the lock ends in time, and a repetition of it gets the same answer', async () => {
    const first = bid({ 'idempotency-key': 'once' });
    setTimeout(() => holder.close(), 300);
    const { status, body } = await first;
    expect(status).toBe(201);
    expect(await bid({ 'idempotency-key': 'once' })).toMatchObject({ status: 201, body });
  });
});
