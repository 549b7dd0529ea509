import type { HostKind } from '../host.ts';

const nothing = () => Promise.resolve();

/** The engine that the Docker CLI finds, as the user who runs this. */
export const here: HostKind = {
  name: 'here',
  title: "this machine's Docker, as this user",
  contract: ['docker', 'test/docker/contract.test.ts'],
  up: () => Promise.resolve({ environment: {}, down: nothing }),
};
