/** The projects of vitest.config.ts whose tests need no engine, and those whose tests do. */
export const WITHOUT_ENGINE = ['unit', 'integration', 'simulation', 'web'];
export const WITH_ENGINE = ['docker', 'hostile', 'terminal'];

/** Those that compare what they measure: nothing else may run beside them. */
export const MEASURING = ['alone'];

/** Those that only run where they are named: they need the engine, and longer than every commit can wait. */
export const ONLY_NAMED = ['engines', 'kills', 'lives', 'residents', 'packed', 'arm'];

/**
 * Takes apart what was given for vitest: the projects that its `--project` options let run or name, and all other arguments.
 * @param {readonly string[]} args
 */
export function projectsOf(args) {
  /** @type {string[]} */
  const patterns = [];
  /** @type {string[]} */
  const others = [];
  for (let place = 0; place < args.length; place++) {
    const arg = args[place] ?? '';
    if (arg.startsWith('--project=')) patterns.push(arg.slice('--project='.length));
    else if (arg === '--project') patterns.push(args[++place] ?? '');
    else others.push(arg);
  }
  const wanted = patterns.filter((pattern) => !pattern.startsWith('!'));
  const unwanted = patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1));
  /** @param {string} name */
  const isNamed = (name) =>
    wanted.some((pattern) => matches(name, pattern)) && !unwanted.some((pattern) => matches(name, pattern));
  /** @param {string} name */
  const isWanted = (name) =>
    wanted.length === 0 ? !unwanted.some((pattern) => matches(name, pattern)) : isNamed(name);
  return { others, isWanted, isNamed };
}

/**
 * @param {string} name
 * @param {string} pattern A name, in which `*` stands for anything.
 */
function matches(name, pattern) {
  return new RegExp(`^${pattern.replace(/[^\w*]/g, '\\$&').replaceAll('*', '.*')}$`).test(name);
}
