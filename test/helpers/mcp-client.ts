import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { Agent, fetch } from 'undici';
import type { TestAgent } from './service-client.ts';

export interface McpClient {
  readonly sdk: Client;
  /** What the transport could not make sense of. */
  readonly errors: readonly Error[];
  close(): Promise<void>;
}

/** The official SDK's client as an agent would make it, but for the way to the service: a socket of its own. */
export async function mcpClientOf({ socketPath, token }: Pick<TestAgent, 'socketPath' | 'token'>): Promise<McpClient> {
  const dispatcher = new Agent({ connect: { socketPath } });
  const transport = new StreamableHTTPClientTransport(new URL('http://127.0.0.1:8080/mcp'), {
    requestInit: { headers: { authorization: `Bearer ${token}` } },
    fetch: ((url: URL, init: object) => fetch(url, { ...init, dispatcher })) as unknown as typeof globalThis.fetch,
  });
  const errors: Error[] = [];
  const sdk = new Client({ name: 'an-agent', version: '1' });
  sdk.onerror = (error) => void errors.push(error);
  await sdk.connect(transport);
  return {
    sdk,
    errors,
    async close() {
      await sdk.close();
      await dispatcher.close();
    },
  };
}
