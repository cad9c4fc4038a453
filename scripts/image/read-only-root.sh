#!/usr/bin/env bash
# Becomes a command in an image's file system, as a container would run it: read-only root, one volume at most,
# neither privileges nor a way to get any. Is to be run in mount and PID namespaces of its own:
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

# The group goes with the user: unshare gives up all others when it sets it.
exec env -i "${variables[@]}" /usr/bin/setpriv --no-new-privs \
  /usr/bin/unshare --root="$root" --wd="$folder" --setgid="${user#*:}" --setuid="${user%:*}" -- "$@"
