import { takeRunLock } from '../../src/store/run-lock.ts';

/** A process that holds a home's run lock: for what it is told to do, else for a run; so long, else until it is killed. */
const [directory = '', doing, holdsMs] = process.argv.slice(2);
const lock = takeRunLock(directory, process.pid, doing);
// What nothing refers to is collected, and a collected connection lets go of its lock.
process.on('exit', () => lock.release());
process.stdout.write('held\n');
if (holdsMs === undefined) setInterval(() => undefined, 1000);
else setTimeout(() => undefined, Number(holdsMs));
