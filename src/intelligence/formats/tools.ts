import { isRecord } from '../../domain/record.ts';
import { refuse, type Refusal } from '../../domain/refusal.ts';
import type { Json } from './format.ts';
import { notAllowed } from './screen.ts';
import type { Reading, Shape } from './shape.ts';

/** The shape of a tool that the agent's own program runs; undefined for all others. */
export type ToolShape = (type: unknown) => Shape | undefined;

/** Searches of the web, in all versions: coding agents offer one with every call, and do without it. */
const SEARCH = 'web_search';

/**
 * Reads the tools of a body in place. What the provider would run is refused. A search of the web among other tools is
 * taken out and named. Alone, or where the model is told to search, the call is about it, so the call is refused.
 */
export function readTools(body: Record<string, unknown>, shapeOf: ToolShape, into: Reading): Refusal | undefined {
  const { tools } = body;
  if (tools === undefined) return undefined;
  if (!Array.isArray(tools) || !tools.every(isRecord))
    return refuse('wrong_type', 'tools must be a list of objects', { field: 'tools' });
  const kept: unknown[] = [];
  const searches: Json[] = [];
  for (const [place, tool] of tools.entries()) {
    const { type } = tool;
    if (typeof type === 'string' && type.startsWith(SEARCH)) {
      searches.push(tool);
      continue;
    }
    const shape = shapeOf(type);
    if (!shape) return notAllowed(`tools.${place}`, "only tools that the agent's own program runs");
    const result = shape(tool, `tools.${place}`, into);
    if (!result.ok) return result;
    kept.push(result.value);
  }
  if (searches.length > 0 && kept.length === 0)
    return notAllowed('tools.0', 'an agent has no network, nor has its model');
  if (searches.some((tool) => isChosen(body['tool_choice'], tool)))
    return notAllowed('tool_choice', 'an agent has no network, nor has its model');
  for (const { type } of searches) into.removed.push(String(type));
  body['tools'] = kept;
  return undefined;
}

function isChosen(choice: unknown, { type, name }: Json): boolean {
  if (!isRecord(choice)) return false;
  return choice['type'] === type || (name !== undefined && choice['name'] === name);
}
