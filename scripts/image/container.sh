# shellcheck shell=bash
# Runs $image without a container engine: its file system is mounted at $root, one process runs at a time, and the log is
# in $work.
# shellcheck disable=SC2016,SC2034,SC2154

# image_list PATH: reads a list of the image's configuration into the array `image_value`.
image_list() {
  mapfile -d '' image_value < <(buildah inspect --type image "$image" | node -e '
    const { config } = JSON.parse(require("node:fs").readFileSync(0, "utf8")).Docker;
    const value = process.argv[1].split(".").reduce((at, key) => at?.[key], config) ?? [];
    for (const one of [value].flat()) process.stdout.write(`${one}\0`);
  ' "$1")
}

read_image() {
  image_list Env && image_env=("${image_value[@]}")
  image_list Entrypoint && image_command=("${image_value[@]}")
  image_list Cmd && image_command+=("${image_value[@]}")
  image_list Healthcheck.Test && image_healthcheck=("${image_value[@]}")
  image_list WorkingDir && image_folder=${image_value[0]}
  image_list User && image_user=${image_value[0]}
}

# start VOLUME VARIABLE=VALUE...: runs the image's command on a free port and waits until it is ready. An empty VOLUME
# means none.
start() {
  local volume=$1
  shift
  port=$(free_port)
  container_env=("${image_env[@]}" "$@" "PORT=$port")
  unshare --mount --pid --fork --kill-child bash scripts/image/read-only-root.sh \
    "$root" "$volume" "$image_user" "$image_folder" "${container_env[@]}" -- "${image_command[@]}" \
    >"$work/service.log" 2>&1 &
  keeper=$!
  for ((tries = 0; tries < 600; tries++)); do
    pid=$(pgrep --parent "$keeper") || pid=
    if [[ -n $pid ]] && curl --silent --fail --output /dev/null "http://127.0.0.1:$port/ready"; then return; fi
    kill -0 "$keeper" 2>/dev/null || break
    sleep 0.1
  done
  say 'the service does not become ready:'
  cat "$work/service.log"
  kill_service
  return 1
}

# in_container UID:GID COMMAND...: runs another command in the namespaces and environment of the service.
in_container() {
  local user=$1
  shift
  env -i "${container_env[@]}" /usr/bin/nsenter --target "$pid" --mount --pid --root --wd \
    --setgid "${user#*:}" --setuid "${user%:*}" -- "$@"
}

# stop: sends SIGTERM to the service, as an engine does, and succeeds if it exits in time with code 0.
stop() {
  local code=0 began=$SECONDS
  kill -TERM "$pid"
  while kill -0 "$keeper" 2>/dev/null && ((SECONDS - began < 20)); do sleep 0.1; done
  if kill -0 "$keeper" 2>/dev/null; then
    kill_service
    return 1
  fi
  wait "$keeper" || code=$?
  keeper='' pid=''
  ((code == 0)) || say "the service exited with code $code"
  return "$code"
}

kill_service() {
  [[ -n ${keeper:-} ]] || return 0
  # The keeper exits with the service. Killing the keeper is not enough: the effect of --kill-child ends with the change
  # of user.
  pkill -KILL --parent "$keeper" || kill -KILL "$keeper" 2>/dev/null || true
  wait "$keeper" 2>/dev/null || true
  keeper='' pid=''
}

free_port() {
  node -e 'const server = require("node:net").createServer().listen(0, "127.0.0.1", () => {
    console.log(server.address().port);
    server.close();
  });'
}
