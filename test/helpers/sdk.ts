import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import { Agent, fetch } from 'undici';
import type { TestAgent } from './service-client.ts';

export interface Sdks {
  readonly openai: OpenAI;
  readonly anthropic: Anthropic;
  readonly google: GoogleGenAI;
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
    google: new GoogleGenAI({
      apiKey: token,
      httpOptions: {
        baseUrl: 'http://127.0.0.1:8080',
        fetch: ((url: string, init: object) => fetch(url, { ...init, dispatcher })) as typeof globalThis.fetch,
      },
    }),
    close: () => dispatcher.close(),
  };
}
