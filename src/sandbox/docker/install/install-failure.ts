import type { ErrorCode } from '../../../platform/error-codes.ts';
import type { InstallTool } from './install-steps.ts';

/** Why a tool that installs packages has failed, as far as its words tell. */
export interface InstallFailure {
  readonly code: Extract<
    ErrorCode,
    'install_failed' | 'install_mismatch' | 'install_network' | 'install_no_room' | 'install_not_found'
  >;
  /** What it is called in one line, such as `the network failed`. */
  readonly what: string;
  readonly hint: string;
  /** The line that tells; undefined where none does. Data of others. */
  readonly line: string | undefined;
}

interface Kind extends Omit<InstallFailure, 'line'> {
  /** Any of them in a line is enough. */
  readonly signs: Readonly<Record<InstallTool, RegExp | undefined>>;
}

const NETWORK_HINT = 'see whether its address answers from a container, and whether a proxy is needed';

/**
 * What the tools print, in the order in which it must be looked for. For pip says that it found no package also where
 * the index didn't answer. And all of them say that a package could not be built where only its download failed.
 */
const KINDS: readonly Kind[] = [
  {
    code: 'install_no_room',
    what: 'there was no room left',
    hint: 'free space on this disk, or ask for less at once: /tmp of the installation has 1,024 MB',
    signs: {
      npm: /\bENOSPC\b|\bEDQUOT\b/,
      pip: /No space left on device|Disk quota exceeded/,
      poetry: /No space left on device|Disk quota exceeded/,
    },
  },
  {
    code: 'install_mismatch',
    what: 'a package is not the one that was asked for: its hash is another',
    hint: 'see who has changed it, the lock file or the registry',
    signs: {
      npm: /^npm (error|ERR!) code EINTEGRITY$/,
      pip: /DO NOT MATCH THE HASHES|Hashes are required in --require-hashes mode/,
      poetry: /Hash for .* not found in known hashes|Invalid hashes .* for/,
    },
  },
  {
    code: 'install_network',
    what: 'the registry or a proxy wants other credentials',
    hint: "give them in npm_config_registry or PIP_INDEX_URL, or in the proxy's variable",
    signs: {
      npm: /^npm (error|ERR!) code E(401|403|407|NEEDAUTH)$/,
      pip: /^Could not fetch URL .*\b(401|403|407) Client Error|\b407 Proxy Authentication|\bHTTP error (401|403|407)\b/,
      poetry: /\b(401|403|407) Client Error|: Authorization error accessing/,
    },
  },
  {
    code: 'install_network',
    what: 'the network failed',
    hint: NETWORK_HINT,
    signs: {
      npm: /^npm (error|ERR!) (code (ECONN\w+|ENOTFOUND|EAI_\w+|ETIMEDOUT|E(HOST|NET)UNREACH|EPIPE|EPROTO|ERR_SOCKET\w*|FETCH_ERROR|E(408|429|5\d\d)|CERT_\w+|DEPTH_ZERO\w+|SELF_SIGNED\w+|UNABLE_TO_\w+)$|network )/,
      pip: /after connection broken by|^Could not fetch URL .*(\b(408|429|5\d\d) \w+ Error|Max retries exceeded|connection error|ssl certificate)|\bHTTP error (408|429|5\d\d)\b|NewConnectionError|ReadTimeoutError/,
      poetry:
        /^All attempts to connect to .* failed|\b(408|429|5\d\d) (Client|Server) Error|ConnectionError|ReadTimeout|SSLError/,
    },
  },
  {
    code: 'install_not_found',
    what: 'there is no such package or version',
    hint: 'see its name and version, and which registry was asked',
    signs: {
      npm: /^npm (error|ERR!) code (E404|ETARGET)$/,
      pip: undefined,
      poetry: /which doesn't match any versions|Package .* not found|Unable to find installation candidates/,
    },
  },
  {
    code: 'install_not_found',
    what: 'there is no such package or version that needs no building',
    hint: 'see its name and version, and which index was asked; one that must be built needs --scripts',
    signs: { npm: undefined, pip: /^ERROR: No matching distribution found/, poetry: undefined },
  },
];

const GIT: Kind['signs'] = {
  npm: /An unknown git error occurred/,
  pip: /transport '.*' not allowed/,
  poetry: undefined,
};
const SCRIPTS_HINT = 'a package that must build something needs --scripts';

/** `lines`: the last that it printed, the oldest first. What is being installed may have written any of them. */
export function installFailure(
  tool: InstallTool,
  lines: readonly string[],
  { scripts }: { readonly scripts: boolean | 'never' },
): InstallFailure {
  for (const { signs, ...kind } of KINDS) {
    const line = lines.find((text) => signs[tool]?.test(text.trimEnd()));
    if (line !== undefined) return { ...kind, line: clearer(tool, line, lines) };
  }
  const git = lines.find((text) => GIT[tool]?.test(text));
  if (git !== undefined)
    return {
      code: 'install_failed',
      what: 'packages come from a registry, not from git',
      hint: 'name a release, or bring the package along',
      line: git,
    };
  return {
    code: 'install_failed',
    what: 'it failed',
    hint: scripts === false ? SCRIPTS_HINT : 'see what it printed',
    line: lines.findLast((text) => text.trim() !== '' && !text.includes('A complete log of this run')),
  };
}

/** Of npm the line after the code says more. */
function clearer(tool: InstallTool, line: string, lines: readonly string[]): string {
  if (tool !== 'npm') return line;
  const said = lines.find((text) =>
    /request to|timeout at|Not Found - GET|No matching version|- GET |checksum failed|ENOSPC:/.test(text),
  );
  return said ?? line;
}
