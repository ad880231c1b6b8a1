import * as assert from "uvu/assert";
import { describeExamples } from "./documented.ts";

const test = describeExamples("listing");

const names = (filters: string): string => `docker ps ${filters} --format '{{.Names}}'`;

test("ps and its filters", async ({ say, type }) => {
  await say(
    "docker run -d --expose=8080 --name nostalgic_stallman -l color=blue busybox sleep 1000",
  );
  await say("docker run -d --name big_heisenberg --network host -v /data ubuntu sleep 1000");
  await say("docker run -d --name nostalgic_shockley -v remote-volume:/rv ubuntu:24.04 sleep 1000");
  await say("docker run -d --name ended --rm=false ubuntu true && docker wait ended");
  await say("docker pause nostalgic_shockley");
  const cases: [filters: string, expected: string[]][] = [
    ['--filter "label=color"', ["nostalgic_stallman"]],
    ['--filter "label=color=blue"', ["nostalgic_stallman"]],
    ['--filter "label=color=red"', []],
    ['--filter "name=nostalgic_stallman"', ["nostalgic_stallman"]],
    ['--filter "name=nostalgic"', ["nostalgic_shockley", "nostalgic_stallman"]],
    ["-a --filter 'exited=0'", ["ended"]],
    ["-a --filter 'exited=137'", []],
    ["--filter status=running", ["big_heisenberg", "nostalgic_stallman"]],
    ["--filter status=paused", ["nostalgic_shockley"]],
    ["--filter ancestor=ubuntu:24.04", ["nostalgic_shockley"]],
    ["-f before=big_heisenberg", ["nostalgic_stallman"]],
    ["-f since=nostalgic_stallman", ["nostalgic_shockley", "big_heisenberg"]],
    ["--filter volume=remote-volume", ["nostalgic_shockley"]],
    ["--filter volume=/data", ["big_heisenberg"]],
    ["--filter network=host", ["big_heisenberg"]],
    ["--filter expose=8000-8080/tcp", ["nostalgic_stallman"]],
    ["--filter expose=8080", ["nostalgic_stallman"]],
    ["--filter expose=8080/udp", []],
    ["--filter publish=80", []],
    ["--filter publish=80/udp", []],
    ["--filter health=none -f name=big", ["big_heisenberg"]],
    ["--filter is-task=true", []],
    ["-n 1", ["ended"]],
    ["--latest", ["ended"]],
  ];
  for (const [filters, expected] of cases) {
    assert.is(await say(names(filters)), expected.map((name) => `${name}\n`).join(""), filters);
  }
  for (const wrong of ["status=x", "health=x", "publish=x", "before=nobody", "is-task=x", "x=y"]) {
    const { code, stderr } = await type(`docker ps --filter ${wrong}`);
    assert.is(code, 1, wrong);
    assert.match(stderr, "dockher: failed to parse --filter", wrong);
  }
});

test("ps and its forms", async ({ say }) => {
  const run = "docker run -d -l com.docker.swarm.node=debian -v remote-volume:/rv -v /data --name";
  const id = (await say(`${run} listed busybox top -b`)).trim();
  assert.match(await say("docker ps --no-trunc"), new RegExp(`\n${id} +busybox +"top -b" `));
  assert.match(await say("docker ps --size"), / SIZE\n.*0B \(virtual \d\.\d\dMB\)\n$/);
  assert.is(
    await say('docker ps --format "{{.ID}}: {{.Command}}"'),
    `${id.slice(0, 12)}: "top -b"\n`,
  );
  assert.is(
    await say('docker ps --format "table {{.ID}}\\t{{.Labels}}"'),
    `CONTAINER ID   LABELS\n${id.slice(0, 12)}   com.docker.swarm.node=debian\n`,
  );
  assert.match(
    await say('docker ps --filter volume=/data --format "table {{.ID}}\\t{{.Mounts}}"'),
    /^CONTAINER ID {3}MOUNTS\n[0-9a-f]{12} {3}remote-volume,[0-9a-f]{14}…\n$/,
  );
  const json = JSON.parse(await say("docker ps --format json"));
  for (const field of ["Command", "CreatedAt", "ID", "Image", "Labels", "LocalVolumes", "Mounts"]) {
    assert.type(json[field], "string", field);
  }
  for (const field of ["Names", "Networks", "Ports", "RunningFor", "Size", "State", "Status"]) {
    assert.type(json[field], "string", field);
  }
});

test("inspect", async ({ say, type }) => {
  await say("docker run --name database -d redis sleep 1000");
  const show = async (format: string) => await say(`docker inspect --format='${format}' database`);
  assert.match(await say("docker inspect --size database -f '{{ .SizeRootFs }}'"), /^\d{7}\n$/);
  assert.is(await say("docker inspect --size database -f '{{ .SizeRw }}'"), "0\n");
  await say("docker exec database fallocate -l 1000 /newfile");
  assert.is(await say("docker inspect --size database -f '{{ .SizeRw }}'"), "1000\n");
  assert.is(await show("{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"), "\n");
  assert.is(await show("{{range .NetworkSettings.Networks}}{{.MacAddress}}{{end}}"), "\n");
  assert.match(await show("{{.LogPath}}"), /container\.log\n$/);
  assert.is(await show("{{.Config.Image}}"), "redis\n");
  assert.is(
    await show(
      "{{range $p, $conf := .NetworkSettings.Ports}} {{$p}} -> {{with $conf}}{{(index . 0).HostPort}}{{else}}none{{end}} {{end}}",
    ),
    "\n",
  );
  assert.match(await show("{{json .Config}}"), /"Cmd":\["sleep","1000"\].*"Env":\["PATH=/);
  assert.match(await show("{{range .Config.Env}}{{println .}}{{end}}"), /^PATH=/);

  await say("docker volume create myvolume");
  assert.match(await say("docker inspect --type=volume myvolume"), /"Name": "myvolume"/);
  assert.is(await say("docker inspect -f '{{.Name}}' myvolume"), "myvolume\n");
  assert.is(await say("docker inspect -f '{{index .RepoTags 0}}' nginx:alpine"), "alpine:latest\n");
  assert.is((await type("docker inspect --type=image database")).code, 1);
  assert.is((await type("docker inspect --type=task database")).code, 1);
  const nobody = await type("docker inspect nobody");
  assert.equal([nobody.code, nobody.stdout], [1, "[]\n"]);
  assert.match(nobody.stderr, "no such object");
  await say("docker volume rm myvolume");
});

test("volumes", async ({ say }) => {
  assert.is(await say("docker volume create hello"), "hello\n");
  assert.is(await say("docker run -v hello:/world busybox ls /world"), "");
  await say("docker volume create tyler && docker create --name user -v tyler:/tmpwork busybox");
  assert.is(
    await say("docker volume ls -f dangling=true"),
    "DRIVER    VOLUME NAME\nlocal     hello\n",
  );
  assert.is(await say("docker volume ls -qf driver=local"), "hello\ntyler\n");
  await say("docker volume create the-doctor --label is-timelord=yes");
  await say("docker volume create daleks --label is-timelord=no");
  assert.is(await say("docker volume ls -q --filter label=is-timelord"), "daleks\nthe-doctor\n");
  assert.is(await say("docker volume ls -q --filter label=is-timelord=no"), "daleks\n");
  assert.is(await say("docker volume ls -q --filter name=the-doc"), "the-doctor\n");
  assert.is(
    await say('docker volume ls --format "{{.Name}}: {{.Driver}}" -f name=ty'),
    "tyler: local\n",
  );
  assert.match(
    await say("docker volume inspect --format '{{ .Mountpoint }}' hello"),
    /\/hello\/_data\n$/,
  );
  assert.is(await say("docker rm user"), "user\n");
  assert.match(await say("docker volume prune -a", "y\n"), /daleks\nhello\nthe-doctor\ntyler\n/);
});

test("system df and events", async ({ say }) => {
  await say("docker create --name test alpine top && docker start test && docker stop -t 0 test");
  const types = await say('docker system df --format "{{.Type}}: {{.TotalCount}}"');
  assert.is(types, "Images: 1\nContainers: 1\nLocal Volumes: 0\n");
  assert.match(
    await say('docker system df --format "table {{.Type}}\\t{{.Size}}\\t{{.Reclaimable}}"'),
    /^TYPE +SIZE +RECLAIMABLE\nImages .*\n/,
  );
  assert.match(await say("docker system df -v"), /^Images space usage:\n\n/);
  const told = (rest: string) => say(`docker events --since 10m --until 0s ${rest}`);
  const actions = async (filters: string) =>
    (await told(`${filters} --format '{{.Action}}'`)).trimEnd().split("\n");
  assert.equal(
    (await actions("--filter 'container=test'")).filter((action) => action !== "kill"),
    ["create", "start", "die", "stop"],
  );
  assert.equal(await actions("--filter 'container=test' --filter 'event=stop'"), ["stop"]);
  assert.equal(await actions("--filter 'image=alpine' --filter 'event=create'"), ["create"]);
  assert.equal(await actions("--filter 'type=network'"), [""]);
  assert.match(
    await told(
      "--filter 'type=container' --format 'Type={{.Type}}  Status={{.Status}}  ID={{.ID}}'",
    ),
    /^Type=container {2}Status=create {2}ID=[0-9a-f]{64}\n/m,
  );
  const [line = ""] = (await told("--filter event=stop --format json")).split("\n");
  assert.is(JSON.parse(line).status, "stop");
  assert.is(
    await say("docker events --since '2017-01-05T00:35:30' --until '2017-01-05T00:36:05'"),
    "",
  );
});

test("images", async ({ say }) => {
  assert.match(await say("docker images"), /^REPOSITORY +TAG +IMAGE ID +CREATED +SIZE\nalpine /);
  assert.match(await say("docker image ls --no-trunc alpine"), /sha256:[0-9a-f]{64}/);
  assert.is(await say("docker images -q --filter dangling=true"), "");
  assert.is(
    await say("docker images --filter=reference='ubun*:24*' --format '{{.Repository}}:{{.Tag}}'"),
    "ubuntu:24.04\n",
  );
  assert.match(
    await say('docker images --format "{{.ID}}: {{.Repository}}"'),
    /^[0-9a-f]{12}: alpine\n/,
  );
  assert.is(await say("docker rmi fedora"), "Untagged: fedora:latest\n");
  assert.match(await say("docker version --format '{{.Server.Version}}'"), /^\d+\.\d+\.\d+\n$/);
  assert.match(await say("docker info --format '{{json .}}'"), /^\{"/);
  assert.match(
    await say("docker system prune -a --volumes", "y\n"),
    /Deleted Images:\nuntagged: .*\n(?:.*\n)*deleted: sha256:.*\n(?:.*\n)*Total reclaimed space: \d/,
  );
});

test.run();
