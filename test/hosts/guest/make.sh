#!/bin/sh
# Makes a guest of user-mode Linux, a kernel that runs as a program: Debian trixie with its Docker, and nothing but
# cgroup v2. As root; needs mmdebstrap and reaches a mirror of Debian's.
#
#   make.sh DIRECTORY NODE
#
# Leaves in DIRECTORY what run.sh boots: kernel/, with the C library that it was linked with, root/, which is the
# guest's, with the program NODE in the same place as here, and disk, which keeps what the guest writes.
set -eu
directory=$1
node=$2
release=trixie
# Its kernel lets processes run without a switch to the tracer at each system call, which takes a third of the time.
kernel_release=sid
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

mirror=$(apt-get indextargets --format '$(LABEL)|$(REPO_URI)' 'Created-By: Packages' | sed -n 's/^Debian|//p' | head -n 1)
source_of() { echo "deb [signed-by=$keyring] ${mirror:-http://deb.debian.org/debian} $1 main"; }

# A mirror that is behind will do: what it has is signed all the same.
make() {
  mmdebstrap --quiet --mode=root --format=directory --aptopt='APT::Install-Recommends "false"' \
    --aptopt='APT::Sandbox::User "root"' --aptopt='Acquire::Check-Valid-Until "false"' --dpkgopt=force-unsafe-io \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' "$@"
}

make --variant=extract --include=user-mode-linux "$kernel_release" "$directory/kernel" "$(source_of "$kernel_release")"
for name in lib lib64; do ln -s "usr/$name" "$directory/kernel/$name"; done
make --variant=apt --include=docker.io,docker-cli,ca-certificates,e2fsprogs,iproute2,iptables,kmod,mount,procps \
  "$release" "$directory/root" "$(source_of "$release")"
cp -r "$directory/kernel/usr/lib/uml/modules/." "$directory/root/usr/lib/modules"
install -D "$node" "$directory/root$node"
chroot "$directory/root" "$node" --version > /dev/null

truncate --size 32G "$directory/disk"
mke2fs -q -t ext4 -E lazy_itable_init=1,lazy_journal_init=1 "$directory/disk"
