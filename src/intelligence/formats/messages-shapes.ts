import { imageData, json, label, name, listOf, object, oneOf, only, words, wordsOr, type Shape } from './shape.ts';

export const cacheControl = object({ type: label, ttl: label });
const BLOCK = { type: label, cache_control: cacheControl };
const citations = object({ enabled: label });

const text = object({ ...BLOCK, text: words, citations: json });
const image = object({
  ...BLOCK,
  source: oneOf({ base64: object({ type: label, media_type: label, data: imageData }) }),
});
const searchResult = object({ ...BLOCK, source: words, title: words, content: listOf(oneOf({ text })), citations });

/** Text only: what a file costs is not known before. */
const document = object({
  ...{ ...BLOCK, title: words, context: words, citations },
  source: oneOf({
    text: object({ type: label, media_type: only('text/plain'), data: words }),
    content: object({ type: label, content: wordsOr(listOf(oneOf({ text, image }))) }),
  }),
});

/** What an agent's tool gave back. */
const toolResult = object({
  ...{ ...BLOCK, tool_use_id: label, is_error: label },
  content: wordsOr(
    listOf(
      oneOf({
        ...{ text, image, document, search_result: searchResult },
        tool_reference: object({ ...BLOCK, tool_name: label }),
      }),
    ),
  ),
});

const block = oneOf({
  ...{ text, image, document, search_result: searchResult, tool_result: toolResult },
  tool_use: object({ ...BLOCK, id: label, name: label, input: json, caller: object({ type: only('direct') }) }),
  // Thoughts that are sent back: of earlier turns they are dropped, and cost nothing.
  thinking: object({ ...BLOCK, thinking: label, signature: label }),
  redacted_thinking: object({ ...BLOCK, data: label }),
});

export const message = object({ role: name, content: wordsOr(listOf(block)) });
export const system = wordsOr(listOf(oneOf({ text })));

const customTool = object({
  ...{ ...BLOCK, name: label, description: label, input_schema: json, strict: label, input_examples: json },
  ...{ eager_input_streaming: label },
});

/** Described by the provider, run by the agent. */
const CLIENT_TOOL = /^(bash|text_editor|computer|memory)_\d+$/;
const clientTool = object({
  ...{ ...BLOCK, name: label, max_characters: label, display_width_px: label, display_height_px: label },
  ...{ display_number: label, enable_zoom: label },
});

export function toolShape(type: unknown = 'custom'): Shape | undefined {
  if (type === 'custom') return customTool;
  return typeof type === 'string' && CLIENT_TOOL.test(type) ? clientTool : undefined;
}
