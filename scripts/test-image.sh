#!/usr/bin/env bash
# Builds the image and runs the acceptance tests against it: on the embedded PostgreSQL, then on a PostgreSQL server.
# Needs root and Debian packages, but neither Docker nor an image registry. NODE_IMAGE selects another base image than the
# one that this script builds.
# shellcheck disable=SC2016
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf 'image: %s\n' "$*"; }

if ((EUID != 0)); then
  say 'must run as root: it creates file systems and namespaces'
  exit 1
fi

# shellcheck source-path=SCRIPTDIR/..
source scripts/image/base.sh
# shellcheck source-path=SCRIPTDIR/..
source scripts/image/container.sh

passed=0 failed=0
work=$(mktemp -d)
image=localhost/setlist-under-test:$$
container='' base_container='' postgresql=''

cleanup() {
  local code=$?
  trap - EXIT
  set +e
  # A signal may arrive while the output is redirected to a log.
  exec >&3
  kill_service
  [[ -z $postgresql ]] || stop_postgresql
  [[ -z $container ]] || buildah rm "$container" >/dev/null
  [[ -z $base_container ]] || buildah rm "$base_container" >/dev/null
  buildah inspect --type image "$image" >/dev/null 2>&1 && buildah rmi --force "$image" >/dev/null
  rm -rf "$work"
  ((code == 0 || failed > 0)) || { failed=1 && say "stopped with code $code"; }
  say "$passed passed, $failed failed"
  ((failed == 0 && passed > 0)) || exit 1
}
exec 3>&1
trap cleanup EXIT
trap 'exit 130' INT TERM

# check TITLE COMMAND...: runs the command and counts it; prints the output only if the command fails.
check() {
  local title=$1
  shift
  if "$@" >"$work/check.log" 2>&1; then
    passed=$((passed + 1))
    say "ok: $title"
  else
    failed=$((failed + 1))
    say "FAILED: $title"
    sed 's/^/  /' "$work/check.log"
  fi
}

fails() { ! "$@"; }

acceptance() { ACCEPTANCE_URL=http://127.0.0.1:$port npx tap --disable-coverage dist/test/acceptance/*.test.js; }

build_image() {
  local base=${NODE_IMAGE:-$LOCAL_BASE} pull=()
  if [[ -z ${NODE_IMAGE:-} ]]; then
    make_local_base
    pull=(--pull-never)
  fi
  pass_npm_configuration
  say "building on $base"
  # The OCI image format has no health check. In this storage, each layer would be a full copy of the image.
  buildah bud --quiet --format docker --isolation chroot --layers=false "${pull[@]}" "${npm_volumes[@]}" \
    --build-arg NODE_IMAGE="$base" --tag "$image" . >"$work/build.log" 2>&1 || {
    tail -40 "$work/build.log"
    return 1
  }
  container=$(buildah from --pull-never "$image")
  root=$(buildah mount "$container")
  say "size: $(buildah images --format '{{.Size}}' "$image"), of which $(buildah images --format '{{.Size}}' "$base") base"
}

# According to the lock file, which does not mark packages as development packages if the service also depends on them.
no_development_dependency() {
  node -e '
    const { packages } = require("./package-lock.json");
    const unneeded = Object.keys(packages).filter((path) => packages[path].dev);
    const present = unneeded.filter((path) => require("node:fs").existsSync(`${process.argv[1]}/app/${path}`));
    console.log(`${present.length} of ${unneeded.length} are present:`, ...present);
    process.exit(unneeded.includes("node_modules/typescript") && present.length === 0 ? 0 : 1);
  ' "$root"
}

only_what_runs() {
  local expected='dist migrations node_modules openapi.json package.json'
  [[ ! -f LICENSE ]] || expected="LICENSE $expected"
  diff <(tr ' ' '\n' <<<"$expected") <(LC_ALL=C ls -A "$root/app") &&
    diff <(printf '%s\n' public schemas src) <(LC_ALL=C ls -A "$root/app/dist") &&
    diff /dev/null <(find "$root/app" "$root/data" -name '*.test.*' -o -name '*.ts' -o -path '*/test/*' -o -path '*/data/*')
}

nothing_of_the_build() {
  [[ ! -s $root/root/.npmrc && ! -e $root/run/ca.pem && ! -e $root/root/.npm && ! -e $root/app/package-lock.json ]]
}

runs_unprivileged() {
  local uid=${image_user%:*}
  ((uid != 0)) && grep -Px "Uid:\t$uid\t$uid\t$uid\t$uid" "/proc/$pid/status" &&
    grep -Px 'CapEff:\t0+' "/proc/$pid/status" && grep -Px 'NoNewPrivs:\t1' "/proc/$pid/status"
}

# Even root cannot write: the file system is read-only, regardless of permissions.
is_read_only() {
  local folder output
  for folder in '' /app /tmp; do
    output=$(in_container 0:0 touch "$folder/written" 2>&1) && return 1
    grep 'Read-only file system' <<<"$output" || return 1
  done
}

healthcheck() { [[ ${image_healthcheck[0]} == CMD ]] && in_container "$image_user" "${image_healthcheck[@]:1}"; }

check_running() {
  check "$1: the process is not root and has no capability" runs_unprivileged
  check "$1: the root file system is read-only" is_read_only
  check "$1: the health check succeeds" healthcheck
  check "$1: the acceptance tests" acceptance
}

# Everybody could reach it: it must say how to set up authentication, and exit.
refuses_without_decision() { fails start '' && grep 'AUTH' "$work/service.log"; }

status_of() { curl --silent --output /dev/null --write-out '%{http_code}' "$@" "http://127.0.0.1:$port/tasks"; }

authenticates() {
  local pair key entry
  pair=$(in_container "$image_user" node -e "import('/app/dist/src/identity/api-keys.js').then(({ generateApiKey, hashOf }) => {
    const key = generateApiKey();
    console.log(key, hashOf(key).toString('hex'));
  })") && key=${pair% *} entry="ci:${pair#* }:tasks:read" && stop &&
    start "$1" AUTH=on "API_KEYS=$entry" &&
    [[ $(status_of) == 401 && $(status_of --header "Authorization: Bearer $key") == 200 ]]
}

write_song() {
  curl --silent --show-error --fail-with-body --output "$work/written.json" --header 'Content-Type: application/json' \
    --data '{"song":"Kept over a restart","artist":"The Volumes","year":2001}' "http://127.0.0.1:$port/songs"
}

has_written_song() {
  local id
  id=$(node -p 'JSON.parse(require("node:fs").readFileSync(process.argv[1])).data.id' "$work/written.json")
  curl --silent --show-error --fail-with-body "http://127.0.0.1:$port/songs/$id" | grep 'Kept over a restart'
}

on_embedded() {
  local volume=$work/volume
  install -d -o "${image_user%:*}" -g "${image_user#*:}" -m 0700 "$volume"
  check 'embedded: it does not start without AUTH' refuses_without_decision
  check 'embedded: it starts' start "$volume" AUTH=off
  check_running embedded
  check 'embedded: a song is written' write_song
  check 'embedded: it exits with code 0 on SIGTERM' stop
  check 'embedded: it starts again' start "$volume" AUTH=off
  check 'embedded: the written song is still there' has_written_song
  check 'embedded: with AUTH=on, a request needs a key' authenticates "$volume"
  check 'embedded: it exits with code 0 on SIGTERM again' stop
}

start_postgresql() {
  postgresql=$work/postgresql
  password="p@ss/$(openssl rand -hex 12)%"
  postgresql_port=$(free_port)
  install -d -o postgres -m 0700 "$postgresql"
  install -o postgres -m 0600 /dev/null "$work/password"
  printf '%s' "$password" >"$work/password"
  as_postgres initdb --pgdata "$postgresql/data" --auth scram-sha-256 --username setlist --pwfile "$work/password" \
    --encoding UTF8 --locale C >/dev/null &&
    as_postgres pg_ctl start --wait --silent --pgdata "$postgresql/data" --log "$postgresql/log" \
      --options "-c listen_addresses=127.0.0.1 -c port=$postgresql_port -c unix_socket_directories=''"
}

stop_postgresql() {
  [[ ! -f $postgresql/data/postmaster.pid ]] || as_postgres pg_ctl stop --mode immediate --silent --pgdata "$postgresql/data"
}

as_postgres() {
  local program=$1
  shift
  (cd / && runuser --user postgres -- "$(postgresql_bin)/$program" "$@")
}

# As in compose.yaml: the password has its own variable, because a URL would need escapes.
on_postgresql() {
  check 'PostgreSQL server: the server starts' start_postgresql
  check 'PostgreSQL server: it starts without a volume' start '' AUTH=off \
    "DATABASE_URL=postgres://setlist@127.0.0.1:$postgresql_port/postgres" "PGPASSWORD=$password"
  check_running 'PostgreSQL server'
  check 'PostgreSQL server: it exits with code 0 on SIGTERM' stop
}

# Other users own folders in it, but cannot list it.
chmod 0711 "$work"
install_tools
build_image
npx tsc
# After an installation, tap ignores the plugins of .taprc until it is built again.
npx tap build
read_image
check 'it contains no development dependency' no_development_dependency
check 'it contains only files that the service uses' only_what_runs
check 'it contains no file of the build environment' nothing_of_the_build
check 'the volume belongs to the user of the image' test "$(stat -c %u:%g "$root/data")" = "$image_user"
on_embedded
on_postgresql
