import type { Owner } from '../../content/safe-directory.ts';

/** Longer than any honest installation; whatever hangs ends by itself, whether or not anybody is left to end it. */
export const INSTALL_SECONDS_MAX = 3600;
/** What the container ends with then. */
export const EXIT_LATE = 124;

/**
 * The container's first process. It is root, so that what is installed can't touch it, and when it ends the kernel ends
 * all others. It ends when its input does. The input is the program's, so a program that was killed leaves nothing
 * behind that has a network.
 *
 * Parameters: seconds, user id, group id, and the command, which runs as that user in the workspace.
 */
const GUARD = `
trap 'exit ${EXIT_LATE}' USR1
trap 'exit 143' TERM
exec 3<&0
{ timeout "$1" cat <&3 >/dev/null; [ $? -eq 124 ] && kill -USR1 1; kill -TERM 1; } &
uid=$2 gid=$3
shift 3
setpriv --reuid="$uid" --regid="$gid" --clear-groups env --chdir=/workspace "$@" </dev/null 3<&- &
wait $!
`;

/** The workspace is made the user's first, which takes CAP_CHOWN: a new volume is root's. */
const GIVE = 'chown "$2:$3" /workspace || exit\n';

interface Guarding {
  readonly secondsMax?: number;
  readonly gives?: boolean;
}

/** The command of a container whose input must be attached from before its start. */
export function guardedCommand(
  { uid, gid }: Owner,
  command: readonly string[],
  { secondsMax = INSTALL_SECONDS_MAX, gives = false }: Guarding = {},
): readonly string[] {
  return ['sh', '-c', gives ? GIVE + GUARD : GUARD, 'guard', String(secondsMax), String(uid), String(gid), ...command];
}
