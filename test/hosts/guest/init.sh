#!/bin/sh
# The first process of the guest: makes it a machine with an engine, runs what run.sh was given, and switches it off.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 TMPDIR=/data/tmp
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
mkdir -p /dev/pts /dev/shm /dev/mqueue
mount -t devpts devpts /dev/pts
mount -t mqueue mqueue /dev/mqueue
for place in /dev/shm /run /tmp; do mount -t tmpfs tmpfs "$place"; done
ln -s /proc/self/fd /dev/fd
argument() { tr ' ' '\n' < /proc/cmdline | sed -n "s/^$1=//p"; }
shared=$(argument bp_shared)
clone=$(argument bp_clone)
for place in "$shared" "$clone"; do
  mkdir -p "$place"
  mount -t hostfs -o "hostfs=$place" none "$place"
done
run=$shared/run

mount -t cgroup2 cgroup2 /sys/fs/cgroup
# The root group has no limits to read: as under systemd, nothing runs there.
mkdir /sys/fs/cgroup/system
echo $$ > /sys/fs/cgroup/system/cgroup.procs
sed 's/^/+/; s/ / +/g' /sys/fs/cgroup/cgroup.controllers > /sys/fs/cgroup/cgroup.subtree_control
# This kernel has its rings in the wrong place, and Node would crash.
echo 2 > /proc/sys/kernel/io_uring_disabled
echo 1 > /proc/sys/net/ipv4/ip_forward
ip link set lo up
depmod -a
for module in overlay loop; do modprobe "$module"; done

mkdir -p /data
mount -t ext4 /dev/ubda /data
rm -rf /data/tmp
mkdir -p /data/containerd /data/tmp
# By itself, since dockerd waits for one of its own no longer than a fast machine takes.
containerd --root /data/containerd > /data/containerd.log 2>&1 &
until [ -S /run/containerd/containerd.sock ]; do sleep 0.2; done
dockerd --iptables=false --ip6tables=false --data-root /data/docker --containerd /run/containerd/containerd.sock \
  > /data/dockerd.log 2>&1 &
engine=$!
until docker version > /dev/null 2>&1; do
  kill -0 "$engine" || {
    tail -n 5 /data/dockerd.log
    break
  }
  sleep 0.5
done
[ ! -e "$shared/image.tar" ] || { docker load --quiet --input "$shared/image.tar" > /dev/null && rm "$shared/image.tar"; }

set --
while IFS= read -r word; do set -- "$@" "$word"; done < "$run/command"
cd "$clone" || exit
"$@" > "$run/output" 2> "$run/errors" < /dev/null
echo $? > "$run/status"

kill "$engine"
wait "$engine"
umount -l /data
sync
echo o > /proc/sysrq-trigger
sleep 60
