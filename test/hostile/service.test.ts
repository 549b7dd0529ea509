import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostileHome, type HostileHome } from '../helpers/hostile-home.ts';

// agents/service.py abuses the System Service of a real run, over its own container's stream.

let home: HostileHome;
let found: Readonly<Record<string, unknown>>;
let later: Readonly<Record<string, unknown>>;

beforeAll(async () => {
  home = hostileHome();
  await home.bring('victim', { 'main.py': 'pass\n' });
  await home.bringHostile('service');
  const executions = () => home.json<readonly unknown[]>('executions', '--agent', 'service');
  // One run is enough unless the machine has other work: the first execution is long.
  while ((await executions()).length < 2)
    expect(await home.run('run', '--headless', '--cycles', '14')).toMatchObject({ status: 0 });
  [found, later] = [await home.found('service'), await home.found('service', 1)];
});
afterAll(() => home.close());

/** Each of the attempts was answered with a refusal. */
function expectAnswers(name: string, pattern: RegExp): void {
  const answers = Object.values(found[name] as Record<string, unknown>);
  expect(answers.length).toBeGreaterThan(0);
  expect(answers.filter((answer) => typeof answer !== 'string' || !pattern.test(answer))).toEqual([]);
}

describe('service', () => {
  it('no token: without its own token, in its header, nobody is anybody', () => {
    expectAnswers('no_token', /^401 (missing|invalid)_token$/);
  });

  it('old token: the token of an execution that ended is dead', () => {
    expect(later['old_token']).toEqual(['401 execution_ended']);
  });

  it('spoofed identity: an agent_id, sender or execution_id of others is not believed', () => {
    expect(found['spoofed_identity']).toEqual([
      '400 unknown_field',
      '403 wrong_execution',
      '400 unknown_field',
      'service',
    ]);
  });

  it('spoofed headers: what a proxy would add changes nobody', () => {
    expect(found['spoofed_headers']).toBe('service');
  });

  it('smuggled requests: no request hides in another by contradicting lengths', () => {
    expect(found['smuggled_requests']).toEqual(Array(9).fill(0));
  });

  it("pipelined requests: a hundred at once are answered with nobody else's data", () => {
    expect(found['pipelined_requests']).toEqual({ other: false, answers: true });
  });

  it('paths: none leads out of the routes', () => {
    expectAnswers('paths', /^(40[045]|414|431) /);
  });

  it('header bomb: many or large headers are refused', () => {
    expectAnswers('header_bomb', /^431 headers_too_large$/);
  });

  it('large body: neither a large body nor a promised terabyte is waited for or kept', () => {
    expectAnswers('large_body', /^(413 body_too_large|408 request_timeout|400 malformed_request|closed)/);
  });

  it('deep JSON: nesting of a hundred thousand levels is refused, in a payload too', () => {
    expectAnswers('deep_json', /^(400 too_deep|413 body_too_large)$/);
  });

  it('broken JSON: what is no JSON object in UTF-8 is refused', () => {
    expectAnswers('broken_json', /^400 /);
  });

  it('prototype keys: names that JavaScript gives a meaning are names like others', () => {
    expectAnswers('prototype_keys', /^(400 (unknown_field|unknown_resource|invalid_id)|404 agent_not_found)$/);
  });

  it('numbers: no amount that is negative, endless, too fine, too large or no number moves a credit', () => {
    expectAnswers('numbers', /^400 /);
  });

  it('content types: only JSON is read', () => {
    expectAnswers('content_types', /^415 unsupported_media_type$/);
  });

  it('methods: those that a route does not have do nothing', () => {
    expectAnswers('methods', /^(405 method_not_allowed|404 route_not_found|400 malformed_request|closed)$/);
  });

  it('reused keys: an idempotency key pays once, and never for another body', () => {
    expect(found['reused_keys']).toMatchObject({ same: true, other: '422 idempotency_key_reused' });
    const { odd } = found['reused_keys'] as { odd: string[] };
    expect(odd.filter((answer) => !answer.startsWith('400 '))).toEqual([]);
  });

  it('slow requests: connections that never finish are closed, and hold nobody up meanwhile', () => {
    expect(found['slow_requests']).toEqual({ meanwhile: 200, quick: true, open: 0, served: 0 });
  });

  it('endurance: after all of it the service still answers, and the ledger is sound', async () => {
    expect(found['still_itself']).toBe('service');
    expect(await home.json('audit')).toMatchObject({ ok: true, first_difference: null });
  });
});
