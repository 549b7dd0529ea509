import { KEY, providersAt, type ProviderOptions } from './provider-settings.ts';
import { startFakeProvider, type FakeProvider } from './fake-provider.ts';
import type { CallObserver } from '../../src/domain/ended-call.ts';
import type { KeySources } from '../../src/intelligence/provider.ts';
import { systemClock } from '../../src/platform/system-clock.ts';
import { sdksOf, type Sdks } from './sdk.ts';
import { openTestService, type TestAgent, type TestService } from './service-client.ts';

/** An agent with tokens, its SDKs, and a provider of each kind behind the gateway. */
export interface ThinkingAgent extends Sdks {
  readonly provider: FakeProvider;
  readonly test: TestService;
  readonly agent: TestAgent;
  /** Lets the gateway believe that so much time has passed; its timers don't. */
  skip(milliseconds: number): void;
  /** Budget tokens used and reserved. */
  spent(): { readonly used: number; readonly reserved: number };
}

export interface ThinkingOptions extends ProviderOptions {
  readonly tokens?: number;
  readonly overrides?: readonly string[];
  /** Where the providers' keys are. */
  readonly keys?: KeySources;
  /** Told of its calls. */
  readonly calls?: CallObserver;
}

export async function startThinkingAgent(options: ThinkingOptions = {}): Promise<ThinkingAgent> {
  const { tokens = 10_000 } = options;
  const provider = await startFakeProvider();
  const clock = systemClock();
  let skipped = 0;
  const test = await openTestService({
    overrides: [
      'market.supply.tokens=100000000',
      'market.prices.start.tokens=0.000001',
      'intelligence.retry_base_ms=1',
      `intelligence.providers=${providersAt(provider.origin, options)}`,
      ...(options.overrides ?? []),
    ],
    clock: { ...clock, monotonic: () => clock.monotonic() + skipped },
    keys: options.keys ?? { environment: { TEST_KEY: KEY }, readFile: () => '' },
    ...(options.calls && { calls: options.calls }),
  });
  const agent = await test.agent('thinker', { bundle: { cpuMs: 1000, memoryMb: 64, tokens, attention: 0 } });
  const sdks = sdksOf(agent);
  return {
    ...{ ...sdks, provider, test, agent },
    skip: (milliseconds) => void (skipped += milliseconds),
    spent() {
      const { used, reserved } = test.economy.store.modelCalls.account(agent.executionId);
      return { used, reserved };
    },
    async close() {
      await sdks.close();
      await test.close();
      await provider.close();
    },
  };
}
