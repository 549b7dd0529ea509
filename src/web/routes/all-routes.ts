import type { Histories } from '../../operator/history/histories.ts';
import type { WebRoute } from '../route.ts';
import { agentRoutes } from './agents.ts';
import { BID_ROUTES } from './bids.ts';
import { EXECUTION_ROUTES } from './executions.ts';
import { marketRoutes } from './market.ts';
import { NOW_ROUTES } from './now.ts';
import { PAUSE_ROUTES } from './pause.ts';
import { PROMPT_ROUTES } from './prompts.ts';
import { REQUEST_ROUTES } from './requests.ts';

/** What the page asks for of the moment and of single things. */
const ROUTES: readonly WebRoute[] = [
  ...NOW_ROUTES,
  ...PAUSE_ROUTES,
  ...PROMPT_ROUTES,
  ...REQUEST_ROUTES,
  ...EXECUTION_ROUTES,
  ...BID_ROUTES,
];

/** All that the page asks for, once it was let in. */
export function allRoutes(histories: Histories): readonly WebRoute[] {
  return [...ROUTES, ...agentRoutes(histories), ...marketRoutes(histories)];
}
