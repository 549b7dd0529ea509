import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { Agent, fetch } from 'undici';
import type { TestAgent } from './service-client.ts';

export interface Sdks {
  readonly openai: OpenAI;
  readonly anthropic: Anthropic;
  close(): Promise<void>;
}

/** The real SDKs as an agent would make them, but for the way to the service: a socket of its own instead of the container's. */
export function sdksOf({ socketPath, token }: Pick<TestAgent, 'socketPath' | 'token'>, maxRetries = 0): Sdks {
  const dispatcher = new Agent({ connect: { socketPath }, connections: 64 });
  const options = {
    ...{ apiKey: token, maxRetries, fetch: fetch as unknown as typeof globalThis.fetch },
    fetchOptions: { dispatcher } as object,
  };
  return {
    openai: new OpenAI({ ...options, baseURL: 'http://127.0.0.1:8080/v1' }),
    anthropic: new Anthropic({ ...options, baseURL: 'http://127.0.0.1:8080' }),
    close: () => dispatcher.close(),
  };
}
