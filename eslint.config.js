import { readFileSync } from 'node:fs';
import tseslint from 'typescript-eslint';

/** The one folder of src that may import a package (and whatever the package pulls into its types). */
const OWNERS = {
  'better-sqlite3': ['store'],
  dockerode: ['sandbox'],
  'tar-stream': ['sandbox'],
  fastify: ['service'],
  '@fastify/swagger': ['service'],
  'fastify-type-provider-zod': ['service'],
  inquirer: ['terminal'],
  commander: ['cli'],
  yaml: ['config'],
  pino: ['platform'],
};
const LAYERS = Object.keys(JSON.parse(readFileSync(new URL('layers.json', import.meta.url), 'utf8')));

const SEAMS = 'Take it from deps: only src/platform and src/main.ts touch the real world.';
const JS_EXTENSION = { group: ['./**/*.js', '../**/*.js'], message: 'Imports of our own files end in .ts.' };
const RANDOM = {
  name: 'node:crypto',
  importNames: ['randomBytes', 'randomUUID', 'randomInt', 'randomFillSync', 'getRandomValues', 'webcrypto'],
  message: SEAMS,
};
const TIMERS = [
  { name: 'node:timers', message: SEAMS },
  { name: 'node:timers/promises', message: SEAMS },
  { name: 'node:perf_hooks', message: SEAMS },
  { name: 'node:process', message: SEAMS },
];

function packagesOfOthers(layer) {
  return Object.entries(OWNERS)
    .filter(([, owners]) => !owners.includes(layer))
    .map(([name, owners]) => ({ name, message: `Only src/${owners.join(' and src/')} may import it.` }));
}

/** A folder's import rules: the packages of others, and, but for `platform`, whatever reaches the real world. */
function importRules(layer) {
  const seams = layer === 'platform' ? [] : [RANDOM, ...TIMERS];
  return {
    files: [`src/${layer}/**/*.ts`],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        { paths: [...packagesOfOthers(layer), ...seams], patterns: [JS_EXTENSION] },
      ],
    },
  };
}

const SYNTAX = [
  { selector: 'TSEnumDeclaration', message: 'Use a union of literals.' },
  { selector: 'TSParameterProperty', message: 'Declare the field.' },
  { selector: 'TSModuleDeclaration[kind="namespace"]', message: 'Use a file.' },
  { selector: 'ExportDefaultDeclaration', message: 'Export by name.' },
  { selector: 'ExportAllDeclaration', message: 'No barrels: import from the file that defines it.' },
  { selector: 'ExportNamedDeclaration[source]', message: 'No barrels: import from the file that defines it.' },
  {
    selector: 'PropertyDefinition[accessibility="private"], MethodDefinition[kind="method"][accessibility="private"]',
    message: 'Use #private.',
  },
];
const CLOCK_SYNTAX = [
  { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: SEAMS },
  { selector: 'CallExpression[callee.name="Date"]', message: SEAMS },
];

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', 'workspaces/', '.bp-agents/', 'runtime/genesis/', 'test/**/agents/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },

  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      'no-else-return': 'error',
      'no-param-reassign': 'error',
      'no-promise-executor-return': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
      'max-lines': ['error', { max: 350 }],
      'no-restricted-syntax': ['error', ...SYNTAX],
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/prefer-readonly': 'error',
      '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: { string: true } }],
      '@typescript-eslint/no-non-null-assertion': 'off', // An index that the loop itself bounds.
      '@typescript-eslint/require-await': 'off', // An interface may ask for a promise that nothing has to wait for.
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/dot-notation': 'off', // TypeScript asks for brackets where a key may be absent.
    },
  },

  {
    files: ['src/**/*.ts'],
    rules: {
      'max-lines-per-function': ['error', { max: 70, skipComments: true }],
    },
  },
  {
    // A table is a function that holds its statements, as a class would hold its methods.
    files: ['src/store/*.ts'],
    rules: { 'max-lines-per-function': ['error', { max: 150, skipComments: true }] },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/platform/**', 'src/main.ts'],
    rules: {
      'no-restricted-syntax': ['error', ...SYNTAX, ...CLOCK_SYNTAX],
      'no-restricted-globals': [
        'error',
        ...['setTimeout', 'setInterval', 'performance', 'crypto', 'fetch'].map((name) => ({ name, message: SEAMS })),
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: SEAMS },
        { object: 'Math', property: 'random', message: SEAMS },
        { object: 'AbortSignal', property: 'timeout', message: SEAMS },
        ...['env', 'argv', 'on', 'once', 'exit', 'hrtime', 'stdin', 'stdout', 'stderr'].map((property) => ({
          object: 'process',
          property,
          message: SEAMS,
        })),
      ],
    },
  },
  ...LAYERS.map(importRules),
  {
    files: ['test/**/*.ts'],
    rules: { 'no-promise-executor-return': 'off' }, // `new Promise((resolve) => setTimeout(resolve, 10))`
  },
  {
    files: ['test/bench/**/*.ts', 'test/torture/main.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['*.config.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },

  {
    files: ['**/*.js', '**/*.mjs', '**/*.cjs'],
    rules: { eqeqeq: 'error', 'prefer-const': 'error', 'max-lines': ['error', { max: 350 }] },
  },
  {
    // The first file that runs has to be understood by any Node, or it could not say that this one is too old.
    files: ['runtime/setup/enter.cjs'],
    languageOptions: { ecmaVersion: 5, sourceType: 'script' },
  },
);
