import type { Config } from '../../config/schema.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Randomness } from '../../platform/randomness.ts';
import type { Logger } from '../../platform/logger.ts';
import type { Owner } from '../content/safe-directory.ts';
import type { Workspaces } from '../content/workspaces.ts';
import type { EngineContents } from './content/engine-contents.ts';
import type { Carriers } from './execution/carriers.ts';
import type { DockerClient } from './client/docker-client.ts';
import type { KnownSettings } from './container/container-settings.ts';

/** What the sandbox of one home is made of. */
export interface SandboxParts {
  readonly client: DockerClient;
  readonly clock: Clock;
  readonly random: Randomness;
  readonly logger: Logger;
  readonly config: Config['sandbox'];
  /** The home's real path, and the name that labels know it by. */
  readonly home: string;
  readonly homeLabel: string;
  readonly workspaces: Workspaces;
  readonly settings: KnownSettings;
  readonly operator: Owner;
  readonly carriers: Carriers;
  readonly contents: EngineContents;
}
