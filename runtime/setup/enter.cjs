'use strict';
// What every npm script runs first, on any Node: `node runtime/setup/enter.cjs set-up|start|test|build|check|bench|simulate|torture|hosts|nodes [ARGS]`.
// An old Node has to be able to read this file, so it is written as one could in 2012; what needs more stands elsewhere.
// As in `^20.19 || ^22.13 || >=24`: the least release of each line; lines that aren't named only fit above the last.
var ranges = require('../../package.json').engines.node.split(' || ');
var present = process.versions.node.split('.');

/** @param {string} range */
function leastOf(range) {
  return range.replace(/[^0-9.]/g, '');
}

/** @param {string} range */
function fits(range) {
  var least = leastOf(range).split('.');
  var newer = Number(present[0]) - Number(least[0]);
  if (newer === 0) return Number(present[1]) >= Number(least[1] || 0);
  return newer > 0 && range.charAt(0) === '>';
}

if (!ranges.some(fits)) {
  var wanted = ranges.map(leastOf).join(', ') + ' or newer';
  console.error('bp-agents needs Node ' + wanted + '; this is Node ' + process.versions.node + '.');
  process.exit(1);
}
require('./dispatch.cjs');
