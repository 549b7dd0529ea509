#!/bin/sh
# A Docker engine that sees no folder of this machine, as one in a virtual machine or on another host: its mounts and
# its network are its own, and over every place where a home could lie stands an empty filesystem.
#
#   engine-apart.sh DIRECTORY [DOCKERD-OPTION...]
#
# DIRECTORY holds all that it has. It answers at DIRECTORY/run/docker.sock, and ends with this process.
set -eu
directory=$1
shift
mkdir -p "$directory/data" "$directory/exec" "$directory/run"
[ -e "$directory/daemon.json" ] || echo '{}' > "$directory/daemon.json"
exec unshare --mount --net --propagation private sh -c '
  set -eu
  directory=$1
  shift
  mount --bind "$directory" /mnt
  for place in /tmp /home /root /srv /opt /run/docker /run/containerd '"${BP_HIDDEN:-}"'; do
    [ ! -d "$place" ] || mount -t tmpfs tmpfs "$place"
  done
  ip link set lo up 2> /dev/null || true
  exec dockerd --data-root /mnt/data --exec-root /mnt/exec --pidfile /mnt/run/docker.pid \
    --host unix:///mnt/run/docker.sock --config-file /mnt/daemon.json \
    --bridge none --iptables=false "$@"
' sh "$directory" "$@"
