import {
  imageUrl,
  json,
  label,
  name,
  listOf,
  object,
  oneOf,
  settingOr,
  settings,
  wordsOr,
  words,
  type Shape,
} from './shape.ts';

/** Some servers mark what is to be cached, or sign thoughts that come back with the next call. */
const MARKS = {
  cache_control: object({ type: label, ttl: label }),
  extra_content: object({ google: object({ thought_signature: label }) }),
};

const part = oneOf({
  text: object({ type: label, text: words, ...MARKS }),
  refusal: object({ type: label, refusal: words, ...MARKS }),
  image_url: object({ type: label, image_url: urlOf(), ...MARKS }),
  thinking: object({ type: label, thinking: json, ...MARKS }),
});

const called = object({ name: label, arguments: words });

const toolCall = object({
  ...{ id: label, type: label, index: label, ...MARKS },
  ...{ function: called, custom: object({ name: label, input: words }) },
});

/** Of all roles. */
export const message = object({
  ...{ role: name, name: label, content: wordsOr(listOf(part)), refusal: words, ...MARKS },
  ...{ tool_calls: listOf(toolCall), tool_call_id: label, function_call: called },
  // Thoughts that are sent back: most servers drop them.
  ...{ reasoning_content: json, reasoning: json, reasoning_details: json },
});

/** How a tool is described: nothing of it names a place, however it is written. */
const described = { name: label, description: label, parameters: json, strict: label };

export const oldFunction = object(described);

const TOOLS: Readonly<Record<string, Shape>> = {
  function: object({ type: label, function: oldFunction, ...MARKS }),
  custom: object({ type: label, custom: object({ name: label, description: label, format: json }) }),
};

const named = object(settings('name'));
const chosen = { ...settings('type'), function: named, custom: named };

/** Which of the tools is to be called. */
export const toolChoice = settingOr(
  object({ ...chosen, allowed_tools: object({ ...settings('mode'), tools: listOf(object(chosen)) }) }),
);

export function toolShape(type: unknown): Shape | undefined {
  return typeof type === 'string' && Object.hasOwn(TOOLS, type) ? TOOLS[type] : undefined;
}

/** As an object, or as some clients write it. */
function urlOf(): Shape {
  const inObject = object({ url: imageUrl, detail: label });
  return (value, field, into) =>
    typeof value === 'string' ? imageUrl(value, field, into) : inObject(value, field, into);
}
