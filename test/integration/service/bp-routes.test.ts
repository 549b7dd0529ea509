import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { compileBp, runBp, type BpProgram } from '../../helpers/bp-command.ts';
import { needsCompiler } from '../../helpers/needs.ts';
import type { OpenApi } from '../../helpers/open-api.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');

let program: BpProgram;

beforeEach((context) => {
  needsCompiler(context);
  program = compileBp();
});

const published = JSON.parse(readFileSync(join(ROOT, 'docs', 'openapi.json'), 'utf8')) as OpenApi;
interface Documented {
  readonly properties?: Readonly<
    Record<string, { readonly type?: string; readonly items?: { readonly type?: string } }>
  >;
}

describe('what bp knows of the service', () => {
  it('is made from docs/openapi.json (write it anew with vitest -u)', async () => {
    const made = execFileSync('node', [join(ROOT, 'runtime', 'setup', 'bp-routes.mjs')], { encoding: 'utf8' });
    await expect(made).toMatchFileSnapshot(join(ROOT, 'runtime', 'bp', 'routes.c'));
  });

  it('is every operation, with every field of its path, query and body as an option', async () => {
    const listed = (await runBp(program, ['call', '--help'], {})).stdout;
    const operations = Object.entries(published.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
    );
    expect(listed.trimEnd().split('\n')).toHaveLength(operations.length);
    for (const { path, method, operation } of operations) {
      expect(listed.replaceAll(/ +/g, ' ')).toContain(`${operation.operationId} ${method.toUpperCase()} ${path}\n`);
      const { stdout } = await runBp(program, ['call', operation.operationId, '--help'], {});
      const { $ref = '' } = (operation.requestBody?.content['application/json']?.schema ?? {}) as { $ref?: string };
      const body: Documented = published.components.schemas[$ref.split('/').at(-1) ?? ''] ?? {};
      const named = (operation.parameters ?? []).filter((one) => one.in !== 'header').map(({ name }) => name);
      // Of a list of texts each is an option of its own.
      const fields = Object.entries(body.properties ?? {}).map(([name, { type, items }]) =>
        type === 'array' && items?.type === 'string' ? name.replace(/s$/, '') : name,
      );
      for (const name of [...named, ...fields])
        expect(stdout, operation.operationId).toContain(`--${name.replaceAll('_', '-')} `);
      expect(stdout.includes('--key'), operation.operationId).toBe(
        operation.parameters?.some((one) => one.in === 'header') ?? false,
      );
    }
  });

  it('is told by bp --help, and of each command with an example that is one', async () => {
    const { stdout } = await runBp(program, [], {});
    expect(stdout).toContain('Exit codes: 0 done; 1 refused');
    const names = [...stdout.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name!).filter((name) => name !== 'bp');
    expect(names.length).toBeGreaterThan(25);
    for (const name of names) {
      const help = (await runBp(program, name === 'call' ? ['call', 'getModel', '--help'] : [name, '--help'], {}))
        .stdout;
      expect(help).toContain('Example: bp ');
    }
  });
});
