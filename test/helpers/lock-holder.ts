import { takeRunLock } from '../../src/store/run-lock.ts';

/** A process that holds a home's run lock until it is killed. */
const lock = takeRunLock(process.argv[2] ?? '', process.pid);
// What nothing refers to is collected, and a collected connection lets go of its lock.
process.on('exit', () => lock.release());
process.stdout.write('held\n');
setInterval(() => undefined, 1000);
