import { isOfPath } from './route-path.ts';
import type { RouteSpec } from './route.ts';

/** What a path takes, HEAD where it takes GET; empty where there is no such path. */
export function methodsOf(routes: readonly Pick<RouteSpec, 'method' | 'path'>[], url: string): readonly string[] {
  const [path = ''] = url.split('?');
  return routes
    .filter((route) => isOfPath(route.path, path))
    .flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
}
