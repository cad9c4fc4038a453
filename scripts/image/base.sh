# shellcheck shell=bash
# Builds the base image on a machine without Docker and without an image registry. Works in the folder $work and reports
# its steps through `say`.
# shellcheck disable=SC2154

readonly LOCAL_BASE=localhost/setlist-node-base:26

buildah() { command buildah --storage-driver vfs "$@"; }

install_tools() {
  local missing=()
  command -v buildah >/dev/null || missing+=(buildah)
  command -v debootstrap >/dev/null || missing+=(debootstrap)
  command -v curl >/dev/null || missing+=(curl)
  command -v openssl >/dev/null || missing+=(openssl)
  postgresql_bin >/dev/null || missing+=(postgresql)
  ((${#missing[@]} == 0)) && return
  say "installing ${missing[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${missing[@]}" >/dev/null
}

# The folder with the programs of the newest PostgreSQL server.
postgresql_bin() {
  local programs
  programs=$(find /usr/lib/postgresql -path '*/bin/initdb' 2>/dev/null | sort -V | tail -1)
  [[ -n $programs ]] && dirname "$programs"
}

# Builds the base image, unless it exists: Debian with Node 26, the library that it needs, and npm, like the Dockerfile's default base.
make_local_base() {
  buildah inspect --type image "$LOCAL_BASE" >/dev/null 2>&1 && return
  say "making $LOCAL_BASE, once"
  local root=$work/base modules=$work/base/usr/local/lib/node_modules
  debootstrap --variant=minbase --include=libatomic1 bookworm "$root" >"$work/debootstrap.log" || {
    tail -5 "$work/debootstrap.log"
    return 1
  }
  rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/*.bin "$root"/var/cache/apt/archives/*.deb \
    "$root"/var/cache/debconf/* "$root"/var/log/*.log "$root"/usr/share/{doc,info,locale,man}/* "${root:?}/dev/"*

  mkdir -p "$modules/npm" "$work/node"
  unpack "node-linux-$(node -p process.arch)@26" "$work/node"
  install -m 0755 "$work/node/bin/node" "$root/usr/local/bin/node"
  unpack npm@11 "$modules/npm"
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
  ln -s ../lib/node_modules/npm/bin/npx-cli.js "$root/usr/local/bin/npx"
  chroot "$root" groupadd --gid 1000 node
  chroot "$root" useradd --uid 1000 --gid 1000 --create-home node

  base_container=$(buildah from scratch)
  buildah add --quiet "$base_container" "$root" / >/dev/null
  buildah config --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin --cmd node "$base_container"
  buildah commit --quiet --rm "$base_container" "$LOCAL_BASE" >/dev/null
  base_container=
  rm -rf "$root" "$work/node"
}

# unpack PACKAGE FOLDER: extracts the npm package, without its dependencies.
unpack() {
  local archive
  archive=$(npm pack --silent --pack-destination "$work" "$1")
  tar --extract --file "$work/$archive" --directory "$2" --strip-components=1 --no-same-owner
  rm "$work/$archive"
}

# Sets npm_volumes: npm in the build uses the registry settings of the caller's npm. The settings are mounted, so that
# the image does not contain them.
pass_npm_configuration() {
  local file name ca=$work/ca.pem npmrc=$work/npmrc
  npm_volumes=()
  (umask 077 && : >"$npmrc")
  for name in globalconfig userconfig; do
    file=$(npm config get "$name" 2>/dev/null)
    [[ -f $file ]] && expand_variables <"$file" >>"$npmrc"
  done
  for name in registry proxy https_proxy noproxy strict_ssl; do
    file=npm_config_$name
    [[ -n ${!file:-} ]] || file=${file^^}
    [[ -n ${!file:-} ]] && printf '%s=%s\n' "${name//_/-}" "${!file}" >>"$npmrc"
  done

  file=$(npm config get cafile 2>/dev/null)
  if [[ -f $file ]]; then
    cp "$file" "$ca"
  elif [[ -f ${NODE_EXTRA_CA_CERTS:-} ]]; then
    # npm replaces its known authorities by these; Node adds them.
    node -p 'require("node:tls").rootCertificates.join("\n")' >"$ca"
    cat "$NODE_EXTRA_CA_CERTS" >>"$ca"
  fi
  if [[ -f $ca ]]; then
    printf 'cafile=/run/ca.pem\n' >>"$npmrc"
    npm_volumes+=(--volume "$ca:/run/ca.pem:ro")
  fi
  [[ ! -s $npmrc ]] || npm_volumes+=(--volume "$npmrc:/root/.npmrc:ro")
}

# npm expands ${...} in its files from the environment, which is not available in the build.
expand_variables() {
  node -e '
    const text = require("node:fs").readFileSync(0, "utf8");
    process.stdout.write(text.replace(/\$\{(\w+)\}/g, (_, name) => process.env[name] ?? "").trimEnd() + "\n");
  '
}
