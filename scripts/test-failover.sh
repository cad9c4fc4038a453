#!/usr/bin/env bash
# Runs scripts/failover/main.ts. Needs the programs of PostgreSQL and HAProxy. Patroni, and etcd on Debian, are installed in
# node_modules/.cache if they are not on the PATH.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly CACHE=$PWD/node_modules/.cache/setlist/failover
readonly PATRONI='patroni[etcd3,psycopg3]==4.1.5'
export PATH=$CACHE/patroni/bin:$CACHE/etcd/usr/bin:$PATH:/usr/sbin

say() { printf 'failover: %s\n' "$*"; }

install_patroni() {
  say "installing $PATRONI"
  # PostgreSQL does not run as root, and its user cannot read a Python in a home folder.
  local python=/usr/bin/python3
  [[ -x $python ]] || python=python3
  "$python" -m venv --clear "$CACHE/patroni"
  "$CACHE/patroni/bin/pip" install --quiet "$PATRONI" 'psycopg[binary]'
}

install_etcd() {
  say 'installing etcd'
  mkdir -p "$CACHE/etcd"
  (cd "$CACHE/etcd" && apt-get download -qq -o APT::Sandbox::User=root etcd-server && dpkg -x etcd-server_*.deb .)
}

command -v haproxy >/dev/null || { say 'HAProxy is not installed' && exit 1; }
command -v patroni >/dev/null || install_patroni
command -v etcd >/dev/null || install_etcd

node scripts/build.mjs --if-stale
npx tsc
exec node dist/scripts/failover/main.js "$@"
