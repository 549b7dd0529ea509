import type { WebRoute } from '../route.ts';
import { NOW_ROUTES } from './now.ts';

/** All that the page asks for, once it was let in. */
export const ROUTES: readonly WebRoute[] = [...NOW_ROUTES];
