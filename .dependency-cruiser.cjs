/** Which folders of src each folder may import, besides itself. What lies beside main.ts joins them and may import all. */
const LAYERS = require('./layers.json');

const layers = Object.entries(LAYERS).map(([layer, allowed]) => ({
  name: `layer-${layer}`,
  comment: `src/${layer} may import only ${[layer, ...allowed].join(', ')}; layers.json says so.`,
  severity: 'error',
  from: { path: `^src/${layer}/` },
  to: { path: '^src/', pathNot: `^src/(${[layer, ...allowed].join('|')})/` },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...layers,
    {
      name: 'known-layer',
      comment: 'A new folder of src needs its line in layers.json.',
      severity: 'error',
      from: { path: '^src/[^/]+/', pathNot: `^src/(${Object.keys(LAYERS).join('|')})/` },
      to: {},
    },
    {
      name: 'sandbox-is-an-interface',
      comment: 'A layer sees Sandbox and Engine; what lies beside main.ts makes the Docker engine.',
      severity: 'error',
      from: { path: '^src/[^/]+/', pathNot: '^src/sandbox/' },
      to: { path: '^src/sandbox/', pathNot: '^src/sandbox/(sandbox|engine)\\.ts$' },
    },
    {
      name: 'one-way-to-docker',
      severity: 'error',
      from: { path: '^src/[^/]+$' },
      to: { path: '^src/sandbox/', pathNot: '^src/sandbox/docker/docker-engine\\.ts$' },
    },
    {
      name: 'dockerode-is-dockers',
      comment: 'Only the Docker engine speaks to Docker.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/sandbox/docker/' },
      to: { path: '^node_modules/(@types/)?dockerode/' },
    },
    {
      name: 'engines-are-unshared',
      comment: 'What all engines share knows none of them, and no engine knows another.',
      severity: 'error',
      from: { path: '^src/sandbox/([^/]+\\.ts$|content/|lifecycle/)' },
      to: { path: '^src/sandbox/[^/]+/', pathNot: '^src/sandbox/(content|lifecycle|stream)/' },
    },
    {
      name: 'engines-stand-apart',
      comment: 'An engine is one folder that imports from no other engine.',
      severity: 'error',
      from: { path: '^src/sandbox/([^/]+)/', pathNot: '^src/sandbox/(content|lifecycle|stream)/' },
      to: { path: '^src/sandbox/[^/]+/', pathNot: '^src/sandbox/($1|content|lifecycle|stream)/' },
    },
    {
      name: 'content-is-below-lifecycle',
      severity: 'error',
      from: { path: '^src/sandbox/content/' },
      to: { path: '^src/sandbox/(lifecycle|stream)/' },
    },
    {
      name: 'lifecycle-is-below-stream',
      severity: 'error',
      from: { path: '^src/sandbox/lifecycle/' },
      to: { path: '^src/sandbox/stream/' },
    },
    {
      name: 'root-is-above-all',
      comment: 'What lies directly in src joins the layers; no layer imports it.',
      severity: 'error',
      from: { path: '^src/[^/]+/' },
      to: { path: '^src/[^/]+$' },
    },
    {
      name: 'domain-is-pure',
      comment: 'The domain has no clock, no randomness and no I/O.',
      severity: 'error',
      from: { path: '^src/domain/' },
      to: { pathNot: '^src/' },
    },
    {
      name: 'the-page-stands-apart',
      comment: 'It runs in a browser: of the program it has what is pure, and types.',
      severity: 'error',
      from: { path: '^src/web/page/' },
      to: { path: '^src/', pathNot: '^src/(web/page|domain|operator/letter)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-way-into-the-page',
      comment: "The page is bundled, and only its types are anyone else's.",
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/web/page/' },
      to: { path: '^src/web/page/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'src-stands-alone',
      comment: 'The program imports neither tests nor the runtime.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|runtime)/' },
    },
    {
      name: 'runtime-stands-alone',
      comment: 'What runs before the build, or in a container, imports nothing of ours and no package.',
      severity: 'error',
      from: { path: '^runtime/' },
      to: { pathNot: '^(runtime/|package\\.json$)', dependencyTypesNot: ['core'] },
    },
    {
      name: 'the-store-is-inside',
      comment:
        'Views and use cases alone reach the tables; the simulation looks at bare rows, and stands before its commits.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(economy|simulation)/' },
      to: { path: '^src/economy/internal/' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'declared-packages-only',
      comment:
        'The program uses only what package.json lists under dependencies; experiments and traces also what they can do without.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/web/page/' },
      to: {
        pathNot: '^node_modules/(highs|echarts|@opentelemetry)/',
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['type-only'],
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // What agents run finds its packages in the image.
    exclude: { path: '^runtime/templates/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'types', 'default'] },
  },
};
