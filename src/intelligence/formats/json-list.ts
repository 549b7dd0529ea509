/**
 * Server-sent events as one list of JSON that comes piece by piece. Google answers so where a stream is asked for
 * without `alt=sse`. Each text holds whole events. Ending the iteration ends the events, too.
 */
export async function* asJsonList(events: AsyncIterable<string>): AsyncGenerator<string> {
  let before = '[';
  for await (const text of events)
    for (const data of dataIn(text)) {
      yield before + data;
      before = ',\r\n';
    }
  yield before === '[' ? '[]' : ']';
}

function* dataIn(text: string): Generator<string> {
  for (const event of text.split('\n\n')) {
    const lines = event.split('\n').filter((line) => line.startsWith('data:'));
    if (lines.length > 0) yield lines.map((line) => line.slice('data:'.length).trim()).join('\n');
  }
}
