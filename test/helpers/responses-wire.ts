/** What a server of OpenAI's responses is told to send: that part of a fake provider's behaviour. */
interface Told {
  readonly words: readonly string[];
  readonly tool?: {
    readonly name: string;
    readonly input: unknown;
    readonly id?: string;
    readonly namespace?: string;
  };
  readonly usage: { readonly input: number; readonly cached?: number; readonly output: number } | null;
  readonly rawUsage?: unknown;
}

type Body = Readonly<Record<string, unknown>>;

export function responsesAnswer(body: Body, told: Told): object {
  return {
    ...{ id: 'resp_1', object: 'response', created_at: 1, status: 'completed', model: body['model'] },
    output: responseItems(told),
    ...(told.usage !== null && { usage: told.rawUsage ?? responseUsage(told.usage) }),
  };
}

export function responsesEvents(
  body: Body,
  told: Told,
): readonly [before: string[], chunks: string[], after: string[]] {
  let number = 0;
  const event = (type: string, fields: object) =>
    `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: number++, ...fields })}\n\n`;
  const base = { id: 'resp_1', object: 'response', created_at: 1, model: body['model'], output: [] };
  const [item] = responseItems(told);
  const at = { item_id: item['id'], output_index: 0 };
  const inText = { ...at, content_index: 0 };
  const begun = { ...item, status: 'in_progress', ...(told.tool ? { arguments: '' } : { content: [] }) };
  const part = { type: 'output_text', text: '', annotations: [] };
  const deltas = told.tool
    ? [event('response.function_call_arguments.delta', { ...at, delta: JSON.stringify(told.tool.input) })]
    : told.words.map((delta) => event('response.output_text.delta', { ...inText, delta }));
  return [
    [
      event('response.created', { response: { ...base, status: 'in_progress' } }),
      event('response.output_item.added', { output_index: 0, item: begun }),
      ...(told.tool ? [] : [event('response.content_part.added', { ...inText, part })]),
    ],
    deltas,
    [
      event('response.output_item.done', { output_index: 0, item }),
      event('response.completed', { response: responsesAnswer(body, told) }),
    ],
  ];
}

function responseItems({ tool, words }: Told): [Record<string, unknown>] {
  if (tool) {
    const { name, namespace, id = 'call_1' } = tool;
    const call = { type: 'function_call', id: 'fc_1', call_id: id, status: 'completed', name };
    return [{ ...call, ...(namespace !== undefined && { namespace }), arguments: JSON.stringify(tool.input) }];
  }
  const content = [{ type: 'output_text', text: words.join(''), annotations: [] }];
  return [{ type: 'message', id: 'msg_1', role: 'assistant', status: 'completed', content }];
}

function responseUsage({ input, cached = 0, output }: NonNullable<Told['usage']>): object {
  return {
    ...{ input_tokens: input, input_tokens_details: { cached_tokens: cached } },
    ...{ output_tokens: output, output_tokens_details: { reasoning_tokens: 0 }, total_tokens: input + output },
  };
}
