#!/bin/sh
# A rootless engine of a user of its own, who has no account but here. As root; Docker needs what docker.io brings and
# rootlesskit, slirp4netns, uidmap and fuse-overlayfs; Podman its own package, runc and uidmap.
#
#   engine-rootless.sh DIRECTORY USER docker|podman
#
# DIRECTORY holds all that it has. It answers at DIRECTORY/run/docker.sock, and ends with this process.
set -eu
directory=$1
user=$2
home=$directory/home
configuration=$directory/config
install -d -m 755 -o "$user" -g "$user" "$directory" "$directory/run" "$directory/data" "$configuration" "$home"
case $3 in
  docker)
    engine='/usr/share/docker.io/contrib/dockerd-rootless.sh --storage-driver fuse-overlayfs'
    ;;
  podman)
    engine="podman --log-level=error system service --time=0 unix://$directory/run/docker.sock"
    configuration=$configuration/containers
    mkdir -p "$configuration"
    # No systemd, and locks of its own, as runtime/setup/podman.mjs has it.
    cat > "$configuration/storage.conf" << 'END'
[storage]
driver = "overlay"
END
    cat > "$configuration/containers.conf" << 'END'
[containers]
log_driver = "k8s-file"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
lock_type = "file"
runtime = "runc"
END
    ;;
esac
# On an ordinary machine any user may open these two; here only the engine's view of them is changed.
mkdir -p "$directory/dev"
mknod -m 666 "$directory/dev/tun" c 10 200
mknod -m 666 "$directory/dev/fuse" c 10 229
cd "$directory"
exec unshare --mount --propagation private sh -c '
  set -eu
  directory=$1
  user=$2
  home=$3
  engine=$4
  for device in net/tun fuse; do mount --bind "$directory/dev/${device##*/}" "/dev/$device"; done
  # Podman leaves its locks there.
  mount -t tmpfs -o mode=1777 tmpfs /dev/shm
  exec setpriv --reuid "$user" --regid "$user" --init-groups --inh-caps=-all env -i \
    HOME="$home" USER="$user" PATH=/usr/sbin:/usr/bin:/sbin:/bin \
    XDG_RUNTIME_DIR="$directory/run" XDG_DATA_HOME="$directory/data" XDG_CONFIG_HOME="$directory/config" \
    $engine
' sh "$directory" "$user" "$home" "$engine"
