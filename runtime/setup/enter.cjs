'use strict';
// What every npm script runs first, on any Node: `node runtime/setup/enter.cjs set-up|start|test|build|check|bench|simulate|torture|hosts|nodes [ARGS]`.
// An old Node has to be able to read this file, so it is written as one could in 2012; what needs more stands elsewhere.
var required = require('../../package.json')
  .engines.node.replace(/[^0-9.]/g, '')
  .split('.');
var present = process.versions.node.split('.');
var newer = Number(present[0]) - Number(required[0]) || Number(present[1]) - Number(required[1] || 0);

if (newer < 0) {
  var wanted = required.join('.') + ' or newer';
  console.error('bp-agents needs Node ' + wanted + '; this is Node ' + process.versions.node + '.');
  process.exit(1);
}
require('./dispatch.cjs');
