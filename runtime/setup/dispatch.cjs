'use strict';
// Apart from enter.cjs, since an old Node stops at the word `import` before it could say why.
const [, , name, ...args] = process.argv;
const commands = ['set-up', 'start', 'test', 'build', 'check', 'bench', 'simulate', 'torture', 'hosts', 'nodes'];

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
