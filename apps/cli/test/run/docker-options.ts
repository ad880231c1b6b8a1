/** The options of `docker create` 28, and hidden ones of older versions (`--net`, `--net-alias`, `--dns-opt`). */
export const CREATE_WORDS: readonly string[] = `
  --add-host --annotation --attach --blkio-weight --blkio-weight-device --cap-add --cap-drop
  --cgroup-parent --cgroupns --cidfile --cpu-count --cpu-percent --cpu-period --cpu-quota
  --cpu-rt-period --cpu-rt-runtime --cpu-shares --cpus --cpuset-cpus --cpuset-mems --device
  --device-cgroup-rule --device-read-bps --device-read-iops --device-write-bps
  --device-write-iops --disable-content-trust --dns --dns-option --dns-search --domainname
  --entrypoint --env --env-file --expose --gpus --group-add --health-cmd --health-interval
  --health-retries --health-start-interval --health-start-period --health-timeout --hostname
  --init --interactive --io-maxbandwidth --io-maxiops --ip --ip6 --ipc --isolation
  --kernel-memory --label --label-file --link --link-local-ip --log-driver --log-opt
  --mac-address --memory --memory-reservation --memory-swap --memory-swappiness --mount
  --name --network --network-alias --no-healthcheck --oom-kill-disable --oom-score-adj --pid
  --pids-limit --platform --privileged --publish --publish-all --pull --quiet --read-only
  --restart --rm --runtime --security-opt --shm-size --stop-signal --stop-timeout
  --storage-opt --sysctl --tmpfs --tty --ulimit --use-api-socket --user --userns --uts
  --volume --volume-driver --volumes-from --workdir
  --net --net-alias --dns-opt -a -P`
  .trim()
  .split(/\s+/);

/** Those of `docker run` 28. */
export const RUN_WORDS: readonly string[] = [
  ...CREATE_WORDS,
  "--detach",
  "--detach-keys",
  "--sig-proxy",
];

/** Those of `docker exec` 28. */
export const EXEC_WORDS: readonly string[] = `
  --detach --detach-keys --env --env-file --interactive --privileged --tty --user --workdir`
  .trim()
  .split(/\s+/);
