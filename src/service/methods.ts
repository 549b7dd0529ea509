import type { RouteSpec } from './route.ts';

/** What a path takes, HEAD where it takes GET; empty where there is no such path. */
export function methodsOf(routes: readonly Pick<RouteSpec, 'method' | 'path'>[], url: string): readonly string[] {
  const [path = ''] = url.split('?');
  return routes
    .filter((route) => matches(route.path, path))
    .flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
}

/** A parameter, such as `:id`, stands for any one part. */
function matches(pattern: string, path: string): boolean {
  const parts = path.split('/');
  const wanted = pattern.split('/');
  return (
    wanted.length === parts.length &&
    wanted.every((part, index) => (part.startsWith(':') ? parts[index] !== '' : part === parts[index]))
  );
}
