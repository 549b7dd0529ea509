import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';

const load = (...overrides: readonly string[]) =>
  loadConfig({ home: '/', readFile: () => undefined, environment: {}, overrides });

describe('what a run tells other programs', () => {
  it('is nothing unless it is asked for', () => {
    const { metrics, traces } = load();
    expect(metrics.enabled).toBe(false);
    expect(traces).toMatchObject({ endpoint: null, content: false });
  });

  it.each(['http://127.0.0.1:4318', 'https://cloud.langfuse.com/api/public/otel', 'http://[::1]:4318/v1/traces'])(
    'goes to %s',
    (endpoint) => {
      expect(load(`traces.endpoint=${endpoint}`).traces.endpoint).toBe(endpoint);
    },
  );

  it.each(['127.0.0.1:4318', 'file:///tmp/x', 'http://you:secret@127.0.0.1', 'http://127.0.0.1/?key=x', ''])(
    'does not go to %j',
    (endpoint) => {
      expect(() => load(`traces.endpoint="${endpoint}"`)).toThrow(/traces\.endpoint/);
    },
  );
});
