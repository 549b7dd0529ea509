import { formatId } from '../domain/ids.ts';
import { accept, refuse } from '../domain/refusal.ts';
import { tellAgent, tellAll } from '../economy/agents/tell-agents.ts';
import { requestView } from '../economy/views/request-view.ts';
import { ask } from '../operator/ask.ts';
import type { AssistantTool } from './assistant-tool.ts';

/** What an assistant may say in the operator's name where they allow it. It hands over no files: it could name any. */
export const TELLING_TOOLS: readonly AssistantTool[] = [
  {
    ...{ name: 'ask', description: 'Publish a request: agents read it, and may answer it with a prompt.' },
    isReading: false,
    arguments: { text: { type: 'string', description: 'what the operator wishes for', isRequired: true } },
    work: (home, { text }) => {
      const { directory, economy } = home;
      const asked = ask({ directory }, home, { text: String(text), files: [], until: null });
      return asked.ok ? accept(requestView(economy, asked.value.request)) : asked;
    },
  },
  {
    ...{ name: 'tell', description: 'Send an agent a message of the operator, or all that live.' },
    isReading: false,
    arguments: {
      text: { type: 'string', description: 'what the operator has to say', isRequired: true },
      agent: { type: 'string', description: 'such as genesis' },
      all: { type: 'boolean', description: 'to every agent that lives, in the place of agent' },
    },
    work: ({ economy }, { text, agent, all }) => {
      if ((agent === undefined) === (all !== true))
        return refuse('invalid_value', 'name an agent, or say all: true', { field: 'agent' });
      const content = String(text);
      const told = all === true ? tellAll(economy, content) : tellAgent(economy, String(agent), content);
      if (!told.ok) return told;
      return accept({
        told: told.value.told.map(({ agentId, messageId }) => ({
          agent_id: agentId,
          message_id: formatId('message', messageId),
        })),
        full: told.value.full,
      });
    },
  },
];
