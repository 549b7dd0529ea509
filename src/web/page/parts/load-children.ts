import type { LineagePage } from '../../../operator/views/lineage.ts';
import { get } from '../api.ts';
import type { LoadChildren } from './open-nodes.ts';

/** Of the tree of descent. */
export const loadChildren: LoadChildren = (parent, after) => {
  const query = new URLSearchParams();
  if (parent !== null) query.set('parent', parent);
  if (after !== null) query.set('after', String(after));
  return get<LineagePage>(`/api/lineage?${query.toString()}`);
};
