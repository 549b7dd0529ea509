import type { WebRoute } from '../route.ts';
import { NOW_ROUTES } from './now.ts';
import { PROMPT_ROUTES } from './prompts.ts';
import { REQUEST_ROUTES } from './requests.ts';

/** All that the page asks for, once it was let in. */
export const ROUTES: readonly WebRoute[] = [...NOW_ROUTES, ...PROMPT_ROUTES, ...REQUEST_ROUTES];
