'use strict';
// Apart from enter.cjs, since an old Node stops at the word `import` before it could say why.
const [, , name, ...args] = process.argv;
const tests = ['test', 'check', 'simulate', 'torture', 'residents', 'hosts', 'nodes'];
const commands = ['set-up', 'start', 'build', ...tests, 'bench', 'screenshots'];

if (name === undefined || !commands.includes(name)) {
  console.error(`expected one of ${commands.join(', ')}`);
  process.exit(2);
}

import(`./${name}.mjs`)
  .then((module) => module[name === 'set-up' ? 'setUp' : name](args))
  .catch((error) => {
    console.error(`bp-agents: ${error.message}`);
    process.exitCode = 1;
  });
