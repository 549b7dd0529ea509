/** Something on this machine is not as it must be. The message is one line that says what would mend it. */
export class Fault extends Error {}
