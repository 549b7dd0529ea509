import { expect, it } from 'vitest';
import { noTransports } from '../../src/intelligence/no-transport.ts';
import type { Provider } from '../../src/intelligence/provider.ts';

it('refuses a call where no provider is asked: no fault of the provider, no other attempt, no bill', async () => {
  const provider = { name: 'any' } as Provider;
  const transport = noTransports('nobody is asked').to(provider);
  const call = { path: '/chat/completions', body: {}, signal: new AbortController().signal };
  await expect(transport.send(call)).rejects.toMatchObject({
    refusal: { code: 'not_recorded', message: 'nobody is asked' },
    ...{ isProviders: false, isRetryable: false, isBilled: false },
  });
  await transport.close();
});
