import { describe, expect, it } from 'vitest';
import { isOfPath, routerPath, withModelAsOnePart } from '../../src/service/route-path.ts';

describe('a path as OpenAPI writes it', () => {
  it.each([
    ['/market/bid/{id}', '/market/bid/:id'],
    ['/v1/models', '/v1/models'],
    ['/v1beta/models/{model}:countTokens', '/v1beta/models/:model(.+)::countTokens'],
  ])('%s is %s to the router', (path, written) => {
    expect(routerPath(path)).toBe(written);
  });

  it.each([
    ['/market/bid/{id}', '/market/bid/bid_1', true],
    ['/market/bid/{id}', '/market/bid/', false],
    ['/market/bid/{id}', '/market/bid/bid_1/x', false],
    ['/openapi.json', '/openapi.json', true],
    ['/openapi.json', '/openapi-json', false],
    ['/v1beta/models/{model}:countTokens', '/v1beta/models/a:b:countTokens', true],
    ['/v1beta/models/{model}:countTokens', '/v1beta/models/:countTokens', false],
    ['/v1beta/models/{model}:countTokens', '/v1beta/models/a:countTokensX', false],
  ])('%s of %s: %s', (path, address, isOf) => {
    expect(isOfPath(path, address)).toBe(isOf);
  });
});

it.each([
  ['/v1/models/meta/llama-3:free', '/v1/models/meta%2Fllama-3:free'],
  ['/v1/models/meta%2Fllama-3%3Afree', '/v1/models/meta%2Fllama-3%3Afree'],
  ['/v1beta/models/a/b/c:streamGenerateContent?alt=a/b', '/v1beta/models/a%2Fb%2Fc:streamGenerateContent?alt=a/b'],
  ['/v1/models', '/v1/models'],
  ['/v1/models/', '/v1/models/'],
  ['/v1/models?x=/v1/models/a/b', '/v1/models?x=/v1/models/a/b'],
  ['/market/bid/a/b', '/market/bid/a/b'],
])('%s has the name of its model in one part', (url, written) => {
  expect(withModelAsOnePart(url)).toBe(written);
});
