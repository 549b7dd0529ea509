import { errorCode } from './system-error.ts';

/** Whether a process of that id is there, whosoever it is. */
export function isProcessThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}
