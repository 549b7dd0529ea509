import { readFileSync } from 'node:fs';

/** The one folder of src that may import a package (and whatever the package pulls into its types). */
const OWNERS = {
  'better-sqlite3': ['store'],
  dockerode: ['sandbox'],
  'tar-stream': ['sandbox'],
  fastify: ['service', 'web'],
  '@fastify/swagger': ['service'],
  'fastify-type-provider-zod': ['service'],
  marked: ['operator'],
  commander: ['cli'],
  inquirer: ['cli'],
  yaml: ['config'],
  pino: ['platform'],
};
/** Runs in a browser, whose world is real to it. */
const PAGE = 'src/web/page/**';
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
    ...(layer === 'web' && { excludeFiles: [PAGE] }),
    rules: {
      'no-restricted-imports': ['error', { paths: [...packagesOfOthers(layer), ...seams], patterns: [JS_EXTENSION] }],
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
  {
    // The part of no-meaningless-void-operator that oxlint can't do.
    selector:
      'UnaryExpression[operator="void"]:not([argument.type=/^(Call|Chain|Assignment|Import)Expression$/]):not([argument.raw="0"])',
    message: 'Of void there is something to discard only after a call.',
  },
];
const CLOCK_SYNTAX = [
  { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: SEAMS },
  { selector: 'CallExpression[callee.name="Date"]', message: SEAMS },
];

/** What came after ECMAScript 5. */
const NEW_SYNTAX = [
  'ArrowFunctionExpression',
  'AssignmentExpression[operator=/[*&|?]{2}=/]',
  'AssignmentPattern',
  'AwaitExpression',
  'BinaryExpression[operator="**"]',
  'CatchClause[param=null]',
  'ChainExpression',
  'ClassDeclaration',
  'ClassExpression',
  'ForOfStatement',
  'ImportExpression',
  'Literal[bigint]',
  'Literal[raw=/^0[bo]|^[0-9.]+_/i]',
  'Literal[regex.flags=/[^gim]/]',
  'LogicalExpression[operator="??"]',
  'MetaProperty',
  'Property[computed=true]',
  'Property[method=true]',
  'Property[shorthand=true]',
  'RestElement',
  'SpreadElement',
  'TemplateLiteral',
  'VariableDeclaration[kind!="var"]',
  'VariableDeclarator[id.type!="Identifier"]',
  ':function > :not(Identifier).params',
  ':function[async=true]',
  ':function[generator=true]',
];

/** What typescript-eslint calls strict and stylistic, as far as it needs no options. */
const PRESETS = [
  'adjacent-overload-signatures',
  'array-type',
  'await-thenable',
  'ban-tslint-comment',
  'class-literal-property-style',
  'consistent-generic-constructors',
  'consistent-indexed-object-style',
  'consistent-type-assertions',
  'consistent-type-definitions',
  'no-array-delete',
  'no-base-to-string',
  'no-confusing-non-null-assertion',
  'no-deprecated',
  'no-duplicate-enum-values',
  'no-duplicate-type-constituents',
  'no-dynamic-delete',
  'no-empty-object-type',
  'no-explicit-any',
  'no-extra-non-null-assertion',
  'no-extraneous-class',
  'no-floating-promises',
  'no-for-in-array',
  'no-generated-empty-object-type',
  'no-implied-eval',
  'no-inferrable-types',
  'no-invalid-void-type',
  'no-meaningless-void-operator',
  'no-misused-new',
  'no-misused-promises',
  'no-misused-spread',
  'no-mixed-enums',
  'no-namespace',
  'no-non-null-asserted-nullish-coalescing',
  'no-non-null-asserted-optional-chain',
  'no-redundant-type-constituents',
  'no-require-imports',
  'no-this-alias',
  'no-unnecessary-boolean-literal-compare',
  'no-unnecessary-condition',
  'no-unnecessary-template-expression',
  'no-unnecessary-type-arguments',
  'no-unnecessary-type-assertion',
  'no-unnecessary-type-constraint',
  'no-unnecessary-type-conversion',
  'no-unnecessary-type-parameters',
  'no-unsafe-argument',
  'no-unsafe-assignment',
  'no-unsafe-call',
  'no-unsafe-declaration-merging',
  'no-unsafe-enum-assignment',
  'no-unsafe-enum-comparison',
  'no-unsafe-function-type',
  'no-unsafe-member-access',
  'no-unsafe-return',
  'no-unsafe-unary-minus',
  'no-useless-default-assignment',
  'no-wrapper-object-types',
  'non-nullable-type-assertion-style',
  'only-throw-error',
  'prefer-as-const',
  'prefer-find',
  'prefer-for-of',
  'prefer-function-type',
  'prefer-includes',
  'prefer-literal-enum-member',
  'prefer-namespace-keyword',
  'prefer-optional-chain',
  'prefer-promise-reject-errors',
  'prefer-reduce-type-parameter',
  'prefer-regexp-exec',
  'prefer-return-this-type',
  'prefer-string-starts-ends-with',
  'related-getter-setter-pairs',
  'triple-slash-reference',
  'unbound-method',
  'unified-signatures',
  'use-unknown-in-catch-callback-variable',
];

/** What replaced ESLint has to know all that ESLint knew: docs/adr/0008-oxlint.md. */
export default {
  options: { typeAware: true, typeCheck: true, denyWarnings: true, reportUnusedDisableDirectives: 'error' },
  plugins: ['eslint', 'typescript'],
  jsPlugins: ['./oxlint.syntax.mjs'],
  // Else a rule would be on by its category; here each one that is on is named.
  categories: { correctness: 'off' },
  ignorePatterns: ['dist/', 'coverage/', 'workspaces/', '.bp-agents/', 'runtime/genesis/', 'test/**/agents/'],
  rules: { eqeqeq: 'error', 'prefer-const': 'error', 'max-lines': ['error', { max: 350 }] },
  overrides: [
    {
      files: ['**/*.ts', '**/*.tsx'],
      rules: {
        ...Object.fromEntries(PRESETS.map((name) => [`typescript/${name}`, 'error'])),
        'no-array-constructor': 'error',
        'no-console': 'error',
        'no-else-return': 'error',
        'no-empty-function': 'error',
        'no-param-reassign': 'error',
        'no-promise-executor-return': 'error',
        'no-unused-expressions': 'error',
        'no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
        'no-useless-constructor': 'error',
        'no-var': 'error',
        'object-shorthand': 'error',
        'prefer-rest-params': 'error',
        'prefer-spread': 'error',
        'own/no-restricted-syntax': ['error', ...SYNTAX],
        'typescript/ban-ts-comment': ['error', { minimumDescriptionLength: 10 }],
        'typescript/consistent-type-exports': 'error',
        'typescript/consistent-type-imports': 'error',
        'typescript/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
        'typescript/no-import-type-side-effects': 'error',
        'typescript/prefer-nullish-coalescing': ['error', { ignorePrimitives: { string: true } }],
        'typescript/prefer-readonly': 'error',
        'typescript/restrict-plus-operands': [
          'error',
          {
            allowAny: false,
            allowBoolean: false,
            allowNullish: false,
            allowNumberAndString: false,
            allowRegExp: false,
          },
        ],
        'typescript/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
        'typescript/return-await': ['error', 'error-handling-correctness-only'],
        'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      },
    },
    {
      files: ['src/**/*.ts', 'src/**/*.tsx'],
      rules: { 'max-lines-per-function': ['error', { max: 70, skipComments: true }] },
    },
    {
      // A table is a function that holds its statements, as a class would hold its methods.
      files: ['src/store/*.ts'],
      rules: { 'max-lines-per-function': ['error', { max: 150, skipComments: true }] },
    },
    {
      files: ['src/**/*.ts'],
      excludeFiles: ['src/platform/**', 'src/main.ts', PAGE],
      rules: {
        'own/no-restricted-syntax': ['error', ...SYNTAX, ...CLOCK_SYNTAX],
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
      files: ['test/bench/**/*.ts', 'test/torture/main.ts', 'test/hosts/main.ts'],
      rules: { 'no-console': 'off' },
    },
    {
      files: ['*.config.ts'],
      rules: { 'own/no-restricted-syntax': 'off' },
    },
    {
      // The first file that runs has to be understood by any Node, or it could not say that this one is too old.
      files: ['runtime/setup/enter.cjs'],
      rules: {
        'own/no-restricted-syntax': [
          'error',
          ...NEW_SYNTAX.map((selector) => ({ selector, message: 'An old Node has to be able to read this file.' })),
        ],
      },
    },
  ],
};
