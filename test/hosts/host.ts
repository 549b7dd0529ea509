/** A kind of host that can be brought up on this machine. */
export interface HostKind {
  /** As it is named on the command line. */
  readonly name: string;
  /** In the table. */
  readonly title: string;
  /** What of the contract's tests is run there: a project of vitest's and a file. */
  readonly contract: readonly [project: string, file: string];
  /** Of the hostile suite's files, what can't hold there; its title says so. */
  readonly leftOut?: string;
  /** The same of its tests: how its name begins. */
  readonly leftOutTest?: string;
  /** Rejects with `NotHere` where this machine can't have it. */
  up(say: (line: string) => void): Promise<Host>;
}

export interface Host {
  /** What leads the program and the tests there. */
  readonly environment: Readonly<Record<string, string>>;
  /** The same for the contract's tests, where they come there by a way of their own. */
  readonly contractEnvironment?: Readonly<Record<string, string>>;
  /** The clone in which tests are run there, and what runs a command as the user there; this one, as this user. */
  readonly clone?: string;
  readonly as?: readonly string[];
  /** A folder that is the same here and there, where that for temporary files isn't. */
  readonly shared?: string;
  /** Takes all of it down. */
  down(): Promise<void>;
}

/** Why this machine can't have a kind of host. */
export class NotHere extends Error {}
