/**
 * Whether an address, without its query, is of a route's path, which is written as OpenAPI writes it: `/market/bid/{id}`.
 * A parameter stands for one part, or for the beginning of one.
 */
export function isOfPath(path: string, address: string): boolean {
  const parts = path.split(PARAMETER).map((text) => text.replaceAll(/[^\w/]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('[^/]+')}$`).test(address);
}

/** A path as the router writes it. A parameter ends with the last colon of its part: it may hold others. */
export function routerPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}(:?)/g, (_, name: string, colon: string) =>
    colon === '' ? `:${name}` : `:${name}(.+)::`,
  );
}

/** The name of a model may hold slashes, raw or encoded; to the router it is one part of the path. */
export function withModelAsOnePart(url: string): string {
  return url.replace(AFTER_MODELS, (name) => name.replaceAll('/', '%2F'));
}

const PARAMETER = /\{\w+\}/;
const AFTER_MODELS = /(?<=^\/v1(beta)?\/models\/)[^?]+/;
