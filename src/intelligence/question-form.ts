import { chat } from './formats/chat.ts';
import { listOf, recordOf, textIn, type Format, type Json, type ProviderKind } from './formats/format.ts';
import { generateContent } from './formats/google.ts';
import { messages } from './formats/messages.ts';

export interface Turn {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

export interface Conversation {
  readonly model: string;
  readonly turns: readonly Turn[];
  /** As the agent wants it, and as the model may. */
  readonly outputMax: number | undefined;
  readonly outputMost: number;
}

/** How a question in no format is put to a provider, and what its answer says. */
export interface QuestionForm {
  readonly format: Format;
  readonly ask: (conversation: Conversation) => Json;
  readonly textOf: (answer: Json) => string;
  readonly endOf: (answer: Json) => unknown;
}

const toOpenAi: QuestionForm = {
  format: chat,
  ask: ({ model, turns, outputMax }) => ({
    ...{ model, messages: turns },
    ...(outputMax !== undefined && { max_tokens: outputMax }),
  }),
  textOf: ({ choices }) => textIn(recordOf(listOf(choices)[0]?.['message'])['content']),
  endOf: ({ choices }) => listOf(choices)[0]?.['finish_reason'],
};

const toAnthropic: QuestionForm = {
  format: messages,
  ask({ model, turns, outputMax, outputMost }) {
    const [system, said] = apart(turns);
    // It takes no call without a limit.
    return { model, max_tokens: outputMax ?? outputMost, ...(system !== undefined && { system }), messages: said };
  },
  textOf: ({ content }) => textIn(...listOf(content).map(({ text }) => text)),
  endOf: ({ stop_reason: reason }) => reason,
};

const toGoogle: QuestionForm = {
  format: generateContent,
  ask({ model, turns, outputMax }) {
    const [system, said] = apart(turns);
    return {
      model,
      ...(system !== undefined && { systemInstruction: { parts: [{ text: system }] } }),
      contents: said.map(({ role, content: text }) => ({
        role: role === 'assistant' ? 'model' : role,
        parts: [{ text }],
      })),
      ...(outputMax !== undefined && { generationConfig: { maxOutputTokens: outputMax } }),
    };
  },
  textOf({ candidates }) {
    const parts = listOf(recordOf(listOf(candidates)[0]?.['content'])['parts']);
    return textIn(...parts.filter(({ thought }) => thought !== true).map(({ text }) => text));
  },
  endOf: ({ candidates, promptFeedback }) =>
    listOf(candidates)[0]?.['finishReason'] ?? recordOf(promptFeedback)['blockReason'],
};

export const QUESTION_FORMS: Readonly<Record<ProviderKind, QuestionForm>> = {
  openai: toOpenAi,
  anthropic: toAnthropic,
  google: toGoogle,
};

/** The system's words, where a format has them apart from the turns. */
function apart(turns: readonly Turn[]): readonly [system: string | undefined, said: readonly Turn[]] {
  const system = turns.filter(({ role }) => role === 'system').map(({ content }) => content);
  return [system.length > 0 ? system.join('\n\n') : undefined, turns.filter(({ role }) => role !== 'system')];
}
