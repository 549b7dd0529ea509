import { takeRunLock } from '../../src/store/run-lock.ts';

/** A process that holds a home's run lock until it is killed. */
takeRunLock(process.argv[2] ?? '', process.pid);
process.stdout.write('held\n');
setInterval(() => undefined, 1000);
