import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { CliDeps } from '../cli-deps.ts';
import { homeDirectory, readConfig, type GlobalOptions } from '../home/home-config.ts';
import { reject } from '../output/command-failure.ts';
import { withJson } from '../output/listing.ts';
import { printJson, printLines } from '../output/printing.ts';
import { systemdUnit, unitName } from '../service/systemd-unit.ts';

interface Options extends GlobalOptions {
  readonly install?: boolean;
  readonly name?: string;
}

/** Where the engine answers, and where programs are; the rest of a shell's environment is not the service's. */
const HANDED_ON = ['PATH', 'DOCKER_HOST', 'DOCKER_CONTEXT', 'DOCKER_CONFIG', 'DOCKER_TLS_VERIFY', 'DOCKER_CERT_PATH'];
const NAME = /^[a-z0-9][a-z0-9-]{0,80}$/;

export function addService(command: Command, deps: CliDeps): void {
  withJson(command)
    .option('--install', "write it to the user's own systemd units")
    .option('--name <name>', 'of the unit, where it is not to be that of the folder')
    .action(async () => {
      const options = command.optsWithGlobals<Options>();
      const { json = false, install = false } = options;
      const { config } = await readConfig(deps, options);
      const home = resolve(homeDirectory(deps, options));
      const name = `${nameOf(options.name ?? unitName(home))}.service`;
      const program = join(dirname(deps.runtimeDirectory), 'dist', 'main.js');
      checkProgram(program);
      const environment = handedOn(deps.environment);
      const text = systemdUnit({ node: process.execPath, program, home: checkHome(home), environment, config });
      const path = join(unitFolder(deps), name);
      if (install) write(path, text, home);
      if (json) printJson(deps.stdout, { name, path, installed: install, unit: text });
      else if (install) printLines(deps.stdout, [`wrote ${path}`, ...nextSteps(name)]);
      else {
        printLines(deps.stdout, text.trimEnd().split('\n'));
        printLines(deps.stderr, [`bp-agents service --install writes it to ${path}`]);
      }
    });
}

function nextSteps(name: string): readonly string[] {
  return [
    'now:',
    '  systemctl --user daemon-reload',
    `  systemctl --user enable --now ${name}`,
    '  loginctl enable-linger    so that it runs while you are not logged in',
    `its lines: journalctl --user -u ${name}`,
  ];
}

function nameOf(name: string): string {
  if (!NAME.test(name))
    reject('invalid_value', 'a name is up to 81 of a-z, 0-9 and -, and does not start with -', { field: 'name' });
  return name;
}

/** A line break would begin another setting, and a backslash at the end of a line takes in the next one. */
function checkHome(home: string): string {
  if (home.endsWith('\\')) reject('invalid_value', 'the path of the home ends with a backslash', { field: 'home' });
  if (/[\n\r\0]/.test(home)) reject('invalid_value', 'the path of the home has a line break in it', { field: 'home' });
  return home;
}

/** `npx` keeps what it has fetched only for a while: the service would be gone with it. */
function checkProgram(program: string): void {
  if (program.includes('/_npx/'))
    reject('invalid_value', `npx keeps ${program} only for a while: install bp-agents with npm i -g first`);
}

function handedOn(environment: CliDeps['environment']): Readonly<Record<string, string>> {
  const stable: Readonly<Record<string, string | undefined>> = {
    ...environment,
    PATH: environment['PATH'] && lastingPath(environment['PATH']),
  };
  return Object.fromEntries(HANDED_ON.flatMap((name) => (stable[name] ? [[name, stable[name]]] : [])));
}

/** Without what npm puts before it for as long as a script or npx goes on. */
function lastingPath(path: string): string {
  return path
    .split(':')
    .filter((folder) => !/\/node_modules\/\.bin\/?$|\/node-gyp-bin\/?$|\/_npx\//.test(folder))
    .join(':');
}

function unitFolder({ environment }: CliDeps): string {
  const { XDG_CONFIG_HOME: config, HOME: home } = environment;
  if (!config && !home) reject('invalid_value', 'neither XDG_CONFIG_HOME nor HOME says where the units of a user are');
  return join(config ? config : join(home ?? '', '.config'), 'systemd', 'user');
}

/** What another home, or somebody, has put there stays. */
function write(path: string, text: string, home: string): void {
  const [first = ''] = text.split('\n');
  if (existsSync(path) && readFileSync(path, 'utf8').split('\n')[0] !== first)
    reject('invalid_value', `${path} is there already, and is not the unit of ${home}: choose another --name`, {
      field: 'name',
    });
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text, { mode: 0o600 });
}
