import { afterAll, beforeAll, expect, it } from 'vitest';
import { startFakeProvider, type FakeProvider } from '../helpers/fake-provider.ts';
import { needsCommand } from '../helpers/needs.ts';
import { programHome, type ProgramHome } from '../helpers/program.ts';
import { providersAt } from '../helpers/provider-settings.ts';
import { bringPythonSdk } from '../helpers/python-sdk.ts';

// The SDK itself, unmodified and unconfigured, in a real container.

const MAIN = `
import json
from openai import APIStatusError, OpenAI

client = OpenAI()
hello = [{"role": "user", "content": "Say hello."}]
told = {
    "chat": client.chat.completions.create(model="gpt", messages=hello).choices[0].message.content,
    "response": client.responses.create(model="gpt", input="Say hello.").output_text,
    "model": client.models.retrieve("meta/llama-3:free").id,
}
stream = client.chat.completions.create(model="gpt", messages=hello, stream=True)
told["stream"] = "".join(chunk.choices[0].delta.content or "" for chunk in stream)
stream = client.responses.create(model="gpt", input="Say hello.", stream=True)
told["events"] = "".join(event.delta for event in stream if event.type == "response.output_text.delta")
try:
    client.chat.completions.create(model="none", messages=hello)
except APIStatusError as error:
    told["refused"] = [error.status_code, error.code]
print(json.dumps(told))
`;

let provider: FakeProvider;
let place: ProgramHome;
beforeAll(async () => {
  provider = await startFakeProvider();
  const providers = providersAt(provider.origin, { provider: { key_env: undefined } });
  place = programHome([
    ...['market.cycle_seconds=0.5', 'market.supply.cpu_seconds=16', 'market.supply.tokens=100000'],
    ...['market.prices.start.tokens=0.001', `intelligence.providers=${providers}`],
  ]);
});
afterAll(async () => {
  place.close();
  await provider.close();
});

it('an agent in Python thinks with the SDK of OpenAI', async (context) => {
  needsCommand(context, 'apt-get', "the SDK comes from Debian's packages");
  const folder = place.agentFolder('thinker', { 'main.py': MAIN });
  bringPythonSdk(folder);
  const bundle = 'cpu_seconds=12,memory_mb=512,tokens=2000,attention=0';
  const made = await place.within('bootstrap', '--id', 'thinker', '--from', folder, '--bundle', bundle);
  expect(made).toMatchObject({ status: 0 });
  expect(await place.within('run', '--headless', '--cycles', '1')).toMatchObject({ status: 0 });

  const [execution] = await place.json<{ id: string; outcome: string; used: { tokens: number } }[]>('executions');
  const { stdout } = await place.within('logs', execution?.id ?? '');
  expect(execution, stdout).toMatchObject({ outcome: 'completed', used: { tokens: 4 * 15 } });
  const said = 'Hello, world!';
  expect(JSON.parse(/^\{.*\}$/m.exec(stdout)?.[0] ?? '{}')).toEqual({
    ...{ chat: said, response: said, stream: said, events: said, model: 'meta/llama-3:free' },
    refused: [404, 'unknown_model'],
  });
});
