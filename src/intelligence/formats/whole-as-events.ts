import { listOf, recordOf, textIn, type Json } from './format.ts';

/**
 * A whole answer as the events of a stream. Some servers know no streams and send a whole answer where a stream was
 * asked for. There is one function for each format. Where a stream also ends with something that is no event, that is
 * the format's `lastEvent`.
 */
export function chatEvents({ choices, ...answer }: Json): readonly Json[] {
  const deltas = listOf(choices).map(({ message, ...choice }) => ({ ...choice, delta: numbered(recordOf(message)) }));
  return [{ ...answer, object: 'chat.completion.chunk', choices: deltas }];
}

/** In a stream each call of a tool has its number. */
function numbered({ tool_calls: calls, ...message }: Json): Json {
  if (!Array.isArray(calls)) return message;
  return { ...message, tool_calls: listOf(calls).map((call, index) => ({ index, ...call })) };
}

export function responseEvents(answer: Json): readonly Json[] {
  const begun = { ...answer, status: 'in_progress', output: [], usage: null };
  const items = listOf(answer['output']).flatMap((item, place) => {
    const at = { item_id: item['id'], output_index: place };
    return [
      {
        type: 'response.output_item.added',
        output_index: place,
        item: { ...item, status: 'in_progress', content: [] },
      },
      ...listOf(item['content']).flatMap((part, index) => partEvents(part, { ...at, content_index: index })),
      { type: 'response.output_item.done', output_index: place, item },
    ];
  });
  const end = textIn(answer['status']) || 'completed';
  const events = [
    { type: 'response.created', response: begun },
    ...items,
    { type: `response.${end}`, response: answer },
  ];
  return events.map((event, number) => ({ ...event, sequence_number: number }));
}

function partEvents(part: Json, at: Json): readonly Json[] {
  const { type, text } = part;
  if (type !== 'output_text' || typeof text !== 'string') return [];
  return [
    { type: 'response.content_part.added', ...at, part: { ...part, text: '' } },
    { type: 'response.output_text.delta', ...at, delta: text },
    { type: 'response.output_text.done', ...at, text },
    { type: 'response.content_part.done', ...at, part },
  ];
}

export function messageEvents(answer: Json): readonly Json[] {
  const { content, stop_reason: reason = 'end_turn', stop_sequence: sequence = null, usage } = answer;
  const message = { ...answer, content: [], stop_reason: null, stop_sequence: null };
  return [
    { type: 'message_start', message },
    ...listOf(content).flatMap(blockEvents),
    { type: 'message_delta', delta: { stop_reason: reason, stop_sequence: sequence }, usage },
  ];
}

function blockEvents(block: Json, index: number): readonly Json[] {
  const { type, text, thinking, signature, input } = block;
  const deltas = [
    typeof text === 'string' && { type: 'text_delta', text },
    typeof thinking === 'string' && { type: 'thinking_delta', thinking },
    typeof signature === 'string' && { type: 'signature_delta', signature },
    input !== undefined && { type: 'input_json_delta', partial_json: JSON.stringify(input) },
  ].filter((delta) => delta !== false);
  const emptied = {
    ...(typeof text === 'string' && { text: '' }),
    ...(typeof thinking === 'string' && { thinking: '', signature: '' }),
    ...(input !== undefined && { input: {} }),
  };
  return [
    { type: 'content_block_start', index, content_block: { ...block, type, ...emptied } },
    ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
    { type: 'content_block_stop', index },
  ];
}
