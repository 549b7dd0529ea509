import { join } from 'node:path';
import type { Config } from '../../config/schema.ts';

export interface ServiceOrder {
  /** Absolute, as all that follow. */
  readonly node: string;
  readonly program: string;
  readonly home: string;
  /** Variables that the run must have, since the user manager has none of a shell's. */
  readonly environment: Readonly<Record<string, string>>;
  readonly config: Config;
}

/** In the home, where the operator wants one: it may hold the keys of models' providers, as `NAME=value` lines. */
const ENVIRONMENT_FILE = 'service.env';

/** What systemd gives an end before it kills: the longest that an end of `run` may take, and then some. */
const SPARE_SECONDS = 15;

/** A unit of the user's own systemd that runs the market of a home. */
export function systemdUnit({ node, program, home, environment, config }: ServiceOrder): string {
  const variables = Object.entries(environment).map(([name, value]) => `Environment=${word(`${name}=${value}`)}`);
  return `# Written by bp-agents service for this home: ${home.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' ')}
[Unit]
Description=bp-agents: the market of ${specifierSafe(home)}
StartLimitIntervalSec=600
StartLimitBurst=5

[Service]
Type=exec
ExecStart=${[node, program, '--home', home, 'run', '--headless'].map(commandWord).join(' ')}
WorkingDirectory=${specifierSafe(home)}
EnvironmentFile=-${specifierSafe(join(home, ENVIRONMENT_FILE))}
${variables.map((line) => `${line}\n`).join('')}# The first SIGTERM lets what runs end and be settled; only the program itself is told.
KillSignal=SIGTERM
KillMode=mixed
TimeoutStopSec=${endSeconds(config)}
# Wrong input or configuration doesn't mend itself.
Restart=on-failure
RestartSec=10
RestartPreventExitStatus=2
SuccessExitStatus=130
UMask=0077
NoNewPrivileges=yes
LockPersonality=yes
RestrictRealtime=yes
SystemCallArchitectures=native
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK

[Install]
WantedBy=default.target
`;
}

/** `bp-agents-farm`, after the folder of the home. */
export function unitName(home: string): string {
  const last = home.split('/').findLast((part) => part !== '') ?? '';
  const name = last
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 60);
  return name === '' || name === 'bp-agents' ? 'bp-agents' : `bp-agents-${name}`;
}

/** As `endLimitMs` has it, for whatever may run. */
function endSeconds({ sandbox, ending, intelligence }: Config): number {
  const inMs = sandbox.backstop_ms + sandbox.stop_grace_ms + intelligence.answer_wait_ms;
  return Math.ceil(sandbox.wall_max_seconds + (inMs + ending.spare_ms + ending.locked_ms) / 1000) + SPARE_SECONDS;
}

/** One assignment as systemd reads it: nothing of it is expanded or taken apart. */
function word(text: string): string {
  const escaped = text.replaceAll(/["\\]/g, String.raw`\$&`).replaceAll('\n', String.raw`\n`);
  return `"${specifierSafe(escaped)}"`;
}

/** The same in a command line, the only place where a dollar means something. */
function commandWord(text: string): string {
  return word(text).replaceAll('$', '$$$$');
}

/** For settings that take the rest of their line as it is. */
function specifierSafe(text: string): string {
  return text.replaceAll('%', '%%');
}
