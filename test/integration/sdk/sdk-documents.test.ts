import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { micro } from '../../../src/domain/credits.ts';
import { bundleCost, type Bundle } from '../../../src/domain/resources.ts';
import { runningAgent } from '../../helpers/economy.ts';
import { PYTHON } from '../../helpers/python.ts';
import { LANGUAGES, sdkLife, type Language } from '../../helpers/sdk-life.ts';
import { openTestService } from '../../helpers/service-client.ts';
import { ROUTES } from '../../../runtime/sdk/javascript/bp.mjs';

// Both SDKs and their types against what is documented, and their arithmetic against the market's.

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: Schema | false;
}
interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { name: string; in: string; required?: boolean; schema: Schema }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}
interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const path = (relative: string) => fileURLToPath(new URL(`../../../${relative}`, import.meta.url));
const openApi = JSON.parse(readFileSync(path('docs/openapi.json'), 'utf8')) as OpenApi;
const handshake = JSON.parse(readFileSync(path('docs/handshake.schema.json'), 'utf8')) as {
  $defs: Record<string, Schema>;
};

/** What the packages of LLM providers call is theirs, and `/mcp` is for clients of MCP. */
const operations = Object.entries(openApi.paths)
  .filter(([route]) => !/^\/(v1|mcp)/.test(route))
  .flatMap(([route, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ route, method, ...operation })),
  );

describe('the routes', () => {
  const documented = Object.fromEntries(
    operations.map(({ operationId, method, route, parameters = [] }) => {
      const query = parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name);
      return [operationId, `${method.toUpperCase()} ${route}${query.length > 0 ? `{?${query.join(',')}}` : ''}`];
    }),
  );

  it('of the Python SDK are those of the documentation', () => {
    const print = 'import bp, json; print(json.dumps(bp.ROUTES))';
    const env = { PYTHONPATH: path('runtime/sdk'), PYTHONDONTWRITEBYTECODE: '1' };
    expect(JSON.parse(execFileSync(PYTHON, ['-c', print], { encoding: 'utf8', env }))).toEqual(documented);
  });

  it('of the JavaScript SDK are those of the documentation', () => {
    expect(ROUTES).toEqual(documented);
  });
});

describe('the types', () => {
  it('of the JavaScript SDK are those of the documentation', () => {
    const { Advice, Bid, Message, MarketState, ResourceBundle } = openApi.components.schemas;
    const { Response, Receipt } = handshake.$defs;
    const named = { Advice, Bid, Message, MarketState, ResourceBundle, Response, Receipt };
    const pairs = [
      ...Object.entries(named).map(([name, schema]) => [name, `bp.${name}`, typeOf(schema ?? {})] as const),
      ...operations.map((one) => [one.operationId, `bp.Operations['${one.operationId}']`, fieldsOf(one)] as const),
    ];
    const checks = pairs.flatMap(([name, ours, theirs]) => [
      `export const ${name}Given: ${theirs} = null! as ${ours};`,
      `export const ${name}Taken: ${ours} = null! as ${theirs};`,
      `export const ${name}Fields: Record<Exclude<keyof ${ours}, keyof (${theirs})>, never> = {};`,
      `export const ${name}Missing: Record<Exclude<keyof (${theirs}), keyof ${ours}>, never> = {};`,
    ]);
    const text = ["import type * as bp from './runtime/sdk/javascript/bp.mjs';", ...checks].join('\n');
    expect(errorsIn(text)).toEqual([]);
    expect(errorsIn(text.replaceAll('price_paid', 'price_payed'))).not.toEqual([]);
  });
});

describe.each(LANGUAGES)('what a bundle costs by the SDK for %s', (language: Language) => {
  it('is what the market asks, to the micro-credit', async () => {
    const test = await openTestService();
    const life = await sdkLife(test, language, runningAgent(test.economy, 'ann'));
    const quantity = fc.oneof(fc.integer({ min: 0, max: 100_000 }), fc.integer({ min: 0, max: 1_000_000_000 }));
    const bundles = fc.record({
      cpuMs: quantity,
      memoryMb: quantity,
      tokens: quantity,
      attention: fc.constantFrom(0, 1),
    });
    const price = fc.integer({ min: 0, max: 2_000_000 });
    const prices = fc.record({ cpu_seconds: price, memory_mb: price, tokens: price, attention: price });
    await fc.assert(
      fc.asyncProperty(bundles, prices, async (bundle, micros) => {
        const told = Object.entries(micros).map(([name, one]) => [name, { price: one / 1e6, supply: 1e9 }]);
        await life.step('markets=', [Object.fromEntries(told)]);
        const shown = { memory_mb: bundle.memoryMb, tokens: bundle.tokens, attention: bundle.attention };
        const { value } = await life.step('cost', [{ ...shown, cpu_seconds: bundle.cpuMs / 1000 }]);
        const asked = Object.fromEntries(Object.entries(micros).map(([name, one]) => [name, micro(one)]));
        expect(value).toBe(bundleCost(bundle as Bundle, asked as Parameters<typeof bundleCost>[1]) / 1e6);
      }),
      { numRuns: 150 },
    );
    await life.end();
    await test.close();
  });
});

/** The type of all fields of an operation, side by side. */
function fieldsOf({ parameters = [], requestBody }: Operation): string {
  const given = parameters.filter(({ in: place }) => place !== 'header');
  const own = given.map(({ name, required, schema }) => `${name}${required === true ? '' : '?'}: ${typeOf(schema)}`);
  const body = requestBody?.content['application/json']?.schema;
  return `{ ${own.join('; ')} }${body ? ` & ${typeOf(body)}` : ''}`;
}

function typeOf(schema: Schema): string {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split('/').at(-1) ?? '';
    return typeOf((schema.$ref.startsWith('#/$defs') ? handshake.$defs : openApi.components.schemas)[name] ?? {});
  }
  if (schema.anyOf) return schema.anyOf.map((one) => `(${typeOf(one)})`).join(' | ');
  if (Array.isArray(schema.type)) return schema.type.map((type: string) => typeOf({ ...schema, type })).join(' | ');
  if (schema.type === 'array') return `(${typeOf(schema.items ?? {})})[]`;
  if (schema.type === 'object') return objectOf(schema);
  if (schema.type === 'number' || schema.type === 'integer') return 'number';
  if (schema.enum)
    return schema.enum.map((value) => (typeof value === 'number' ? 'number' : JSON.stringify(value))).join(' | ');
  return schema.type === undefined ? 'unknown' : String(schema.type);
}

function objectOf({ properties, required = [], additionalProperties }: Schema): string {
  if (!properties) return `Record<string, ${additionalProperties ? typeOf(additionalProperties) : 'unknown'}>`;
  const fields = Object.entries(properties).map(
    ([name, one]) => `${name}${required.includes(name) ? '' : '?'}: ${typeOf(one)}`,
  );
  return `{ ${fields.join('; ')} }`;
}

/** What TypeScript says of a file of this text at the root of the repository. */
function errorsIn(text: string): readonly string[] {
  const name = path('sdk-types.mts');
  const options: ts.CompilerOptions = {
    ...{ strict: true, noEmit: true, exactOptionalPropertyTypes: true, skipLibCheck: true, types: [] },
    ...{ module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2022 },
  };
  const host = ts.createCompilerHost(options);
  const read = host.getSourceFile.bind(host);
  const exists = host.fileExists.bind(host);
  host.getSourceFile = (file, ...rest) =>
    file === name ? ts.createSourceFile(file, text, ts.ScriptTarget.ES2022) : read(file, ...rest);
  host.fileExists = (file) => file === name || exists(file);
  const program = ts.createProgram([name], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}
