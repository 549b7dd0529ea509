#!/bin/sh
# Boots a guest that make.sh has made, runs a command in it as root, in this clone, and exits as the command does; the
# guest has ended then. As root.
#
#   run.sh DIRECTORY COMMAND [WORD...]
#
# DIRECTORY/shared and this clone are the same here and there. What is in /data there is there again in its next life.
set -eu
directory=$1
shift
here=$(cd "$(dirname "$0")" && pwd)
run=$directory/shared/run
jail=$directory/jail
clone=$(cd "$here/../../.." && pwd)
mkdir -p "$run" "$jail"
rm -f "$run"/*
: > "$run/output"
printf '%s\n' "$@" > "$run/command"
install -m 755 "$here/init.sh" "$directory/root/init"

# What a process of the kernel's opens, it opens as one of this machine's, in the root that its C library takes.
unshare --mount --propagation private sh -eu -c '
  jail=$1 directory=$2 clone=$3
  shift 3
  mount --bind "$directory/kernel" "$jail"
  for place in /proc /dev "$directory" "$clone"; do
    mkdir -p "$jail$place"
    mount --rbind "$place" "$jail$place"
  done
  HOME=/tmp TMPDIR=/dev/shm exec chroot "$jail" /usr/bin/linux.uml "$@"
' sh "$jail" "$directory" "$clone" mem=6G con=null con0=null,fd:1 "ubd0=$directory/disk" seccomp=on \
  root=/dev/root rootfstype=hostfs "rootflags=$directory/root" rw init=/init panic=1 quiet \
  "bp_shared=$directory/shared" "bp_clone=$clone" > "$directory/console" 2>&1 < /dev/null &
guest=$!
trap 'kill "$guest" 2> /dev/null || :' EXIT
trap 'exit 1' INT TERM HUP
tail --follow --lines=+1 --pid="$guest" "$run/output" &
shown=$!
wait "$guest" || :
wait "$shown"
[ ! -e "$run/errors" ] || cat "$run/errors" >&2
[ -e "$run/status" ] || {
  tail -n 5 "$directory/console" >&2
  exit 1
}
exit "$(cat "$run/status")"
