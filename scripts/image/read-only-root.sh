#!/usr/bin/env bash
# Executes a command in an image's file system, as a container engine does: with a read-only root, at most one volume, and
# no privileges. Needs its own mount and PID namespaces:
#   read-only-root.sh ROOT VOLUME UID:GID FOLDER VARIABLE=VALUE... -- COMMAND...
set -euo pipefail

root=$1 volume=$2 user=$3 folder=$4
shift 4

mount --bind "$root" "$root"
mount -o remount,bind,ro "$root"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=0755 tmpfs "$root/dev"
for device in null zero full random urandom; do
  touch "$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
mount -o remount,ro "$root/dev"
[[ -z $volume ]] || mount --bind "$volume" "$root/data"

variables=()
while [[ $1 != -- ]]; do
  variables+=("$1")
  shift
done
shift

# unshare drops all supplementary groups when it sets the group.
exec env -i "${variables[@]}" /usr/bin/setpriv --no-new-privs \
  /usr/bin/unshare --root="$root" --wd="$folder" --setgid="${user#*:}" --setuid="${user%:*}" -- "$@"
