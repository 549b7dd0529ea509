import { closeSync, openSync } from 'node:fs';
import { isatty } from 'node:tty';

/**
 * Gives up those of these descriptors whose terminal is gone, as after an ssh that was cut off. When it exits, Node puts
 * each of its terminals back as it was, and aborts where that can't be done.
 */
export function letGoOfLostTerminals(terminals: readonly number[]): void {
  for (const descriptor of terminals.filter((one) => !isatty(one))) {
    try {
      closeSync(descriptor);
      // Takes the lowest number that is free: nothing else may come to stand where errors are written to.
      openSync('/dev/null', 'r+');
    } catch {
      // It was closed before.
    }
  }
}
