import { accept } from '../../domain/refusal.ts';
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
  words,
  wordsOr,
  type Shape,
} from './shape.ts';

/** What an answer brought and the next call sends back, though it says nothing to the model. */
const none: Shape = () => accept([]);

/** Every item may have these; `id` names nothing that was kept. */
const ITEM = { type: label, id: label, status: label };

const part = oneOf({
  input_text: object({ type: label, text: words }),
  output_text: object({ type: label, text: words, annotations: none, logprobs: none }),
  text: object({ type: label, text: words }),
  refusal: object({ type: label, refusal: words }),
  input_image: object({ type: label, image_url: imageUrl, detail: label }),
});
const said = wordsOr(listOf(part));

/** Thoughts that are sent back as they came. */
const thought = oneOf({
  summary_text: object({ type: label, text: label }),
  reasoning_text: object({ type: label, text: label }),
});

const called = { ...ITEM, call_id: label, name: label, namespace: label };
const answered = object({ ...ITEM, call_id: label, output: said });

export const item = oneOf(
  {
    message: object({ ...ITEM, role: name, content: said, phase: label }),
    function_call: object({ ...called, arguments: words }),
    function_call_output: answered,
    custom_tool_call: object({ ...called, input: words }),
    custom_tool_call_output: answered,
    local_shell_call: object({ ...called, action: json }),
    local_shell_call_output: answered,
    reasoning: object({ ...ITEM, summary: listOf(thought), content: listOf(thought), encrypted_content: label }),
  },
  'message',
);

const functionTool = object({
  ...{ type: label, name: label, description: label, parameters: json, strict: label, defer_loading: label },
});
const customTool = object({ type: label, name: label, description: label, format: json, defer_loading: label });
const localShell = object({ type: label });

const ran = oneOf({ function: functionTool, custom: customTool });

/** Tools under one name, as Codex sends them: each of them is one that the agent runs. */
const namespace = object({ type: label, name: label, description: label, tools: listOf(ran) });

const TOOLS: Readonly<Record<string, Shape>> = {
  ...{ function: functionTool, custom: customTool, local_shell: localShell, namespace },
};

const chosen = settings('type', 'name');

/** Which of the tools is to be called. */
export const toolChoice = settingOr(object({ ...chosen, ...settings('mode'), tools: listOf(object(chosen)) }));

export function toolShape(type: unknown): Shape | undefined {
  return typeof type === 'string' && Object.hasOwn(TOOLS, type) ? TOOLS[type] : undefined;
}
