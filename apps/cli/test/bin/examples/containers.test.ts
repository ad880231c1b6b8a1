import * as assert from "uvu/assert";
import { describeExamples, ID } from "./documented.ts";

const test = describeExamples("containers");

test("exec", async ({ say, type }) => {
  assert.match(await say("docker run --name mycontainer -d -i -t alpine /bin/sh"), ID);
  assert.is(await say("docker exec -d mycontainer touch /tmp/execWorks"), "");
  assert.match(
    await say("docker exec -e VAR_A=1 -e VAR_B=2 mycontainer env"),
    /^PATH=.*\nHOSTNAME=[0-9a-f]{12}\n(?:.*\n)*VAR_A=1\nVAR_B=2\n$/,
  );
  assert.is(await say("docker exec -i mycontainer pwd"), "/\n");
  assert.is(await say("docker exec -i -w /root mycontainer pwd"), "/root\n");
  assert.is(await say("docker pause mycontainer"), "mycontainer\n");
  assert.match(await say("docker ps"), /Up .* \(Paused\) +mycontainer\n$/);
  const refused = await type("docker exec mycontainer sh");
  assert.is(refused.code, 1);
  assert.match(refused.stderr, "it is paused");
  assert.is(await say("docker unpause mycontainer"), "mycontainer\n");
});

test("signals and ends", async ({ say }) => {
  const script = 'trap "echo >> /caught" HUP; touch /caught; while :; do sleep 0.01; done';
  await say(`docker run -d --name my_container --init=false busybox sh -c '${script}'`);
  const awaitCaught = (count: number) => {
    const caught = `[ "$(wc -l 2>/dev/null < /caught)" = ${count} ]`;
    return say(`docker exec my_container sh -c 'until ${caught}; do sleep 0.01; done'`);
  };
  await awaitCaught(0);
  for (const [index, signal] of ["--signal=SIGHUP", "--signal=HUP", "--signal=1"].entries()) {
    assert.is(await say(`docker kill ${signal} my_container`), "my_container\n");
    await awaitCaught(index + 1);
  }
  assert.is(await say("docker rename my_container my_new_container"), "");
  assert.is(await say("docker kill my_new_container"), "my_new_container\n");
  assert.is(await say("docker wait my_new_container"), "137\n");
  assert.match(await say("docker ps -a --filter 'exited=137'"), /my_new_container\n$/);
  assert.is(await say("docker restart -t 0 my_new_container"), "my_new_container\n");

  await say("docker run -dit --name=waited ubuntu sh");
  const both = await say("docker wait waited & docker stop -t 0 waited; wait");
  assert.equal(both.split("\n").sort(), ["", "137", "waited"]);
  assert.is(await say("docker wait waited"), "137\n");
});

test("rm, in each of its ways", async ({ say, type }) => {
  await say("docker create --name redis redis");
  assert.is(await say("docker rm /redis"), "/redis\n");
  const link = await type("docker rm --link /webapp/redis");
  assert.is(link.code, 1);
  assert.match(link.stderr, "--link");
  await say("docker run -d --name redis redis sleep 1000");
  assert.is(await say("docker rm --force redis"), "redis\n");
  await say("docker run --name one -d busybox true && docker wait one");
  await say("docker run --name two -d busybox true && docker wait two");
  const exited = await say("docker ps --filter status=exited -q");
  assert.is(await say("docker rm $(docker ps --filter status=exited -q)"), exited);
  await say("docker run --name three -d busybox true && docker wait three");
  await say("docker ps --filter status=exited -q | xargs docker rm");
  assert.is(await say("docker ps -aq"), "");

  await say("docker create -v awesome:/foo -v /bar --name hello redis");
  assert.is(await say("docker rm -v hello"), "hello\n");
  assert.is(await say("docker volume ls -q"), "awesome\n");
  await say("docker volume rm awesome");
});

test("prune", async ({ say }) => {
  await say("docker run --name ended -d busybox true && docker wait ended");
  const nothing = "Total reclaimed space: 0B\n";
  assert.is(await say('docker container prune --force --filter "until=5m"'), nothing);
  assert.is(
    await say('docker container prune --force --filter "until=2017-01-04T13:10:00"'),
    nothing,
  );
  const table = "{{.ID}}\\t{{.Image}}\\t{{.Command}}\\t{{.CreatedAt}}\\t{{.Status}}";
  assert.match(
    await say(`docker ps -a --format 'table ${table}'`),
    /^CONTAINER ID {3}IMAGE {5}COMMAND {3}CREATED AT +STATUS\n[0-9a-f]{12} {3}busybox {3}"true" +20\d\d-.* Exited \(0\) .*\n$/,
  );
  assert.match(
    await say("docker container prune", "y\n"),
    /^WARNING! This will remove all stopped containers.\nAre you sure .* \[y\/N\] Deleted Containers:\n[0-9a-f]{64}\n\nTotal/,
  );
});

test("update, stats and top", async ({ say }) => {
  for (const name of ["one", "two"]) {
    await say(`docker run -d --name ${name} --memory 200m ubuntu top -b`);
  }
  assert.is(await say("docker update --cpu-shares 512 one"), "one\n");
  assert.is(await say("docker update --cpu-shares 512 -m 300M one two"), "one\ntwo\n");
  assert.is(await say("docker update --restart=on-failure:3 one two"), "one\ntwo\n");
  assert.is(
    await say("docker inspect -f '{{.HostConfig.Memory}} {{.HostConfig.CpuShares}}' two"),
    "314572800 512\n",
  );
  assert.match(
    await say("docker stats --no-stream one two"),
    /^CONTAINER ID {3}NAME +CPU % +MEM USAGE \/ LIMIT +MEM % +NET I\/O +BLOCK I\/O +PIDS\n.* one .*\n.* two .*\n$/,
  );
  const json = JSON.parse(await say('docker stats one --no-stream --format "{{ json . }}"'));
  assert.equal(Object.keys(json).sort(), [
    "BlockIO",
    "CPUPerc",
    "Container",
    "ID",
    "MemPerc",
    "MemUsage",
    "Name",
    "NetIO",
    "PIDs",
  ]);
  assert.match(
    await say(
      'docker stats --no-stream --all --format "table {{.Container}}\\t{{.CPUPerc}}\\t{{.MemUsage}}" one two',
    ),
    /^CONTAINER {3}CPU % +MEM USAGE \/ LIMIT\none +.*%.*MiB\ntwo .*\n$/,
  );
  assert.match(
    await say('docker stats --no-stream --format "{{.Container}}: {{.CPUPerc}}" one'),
    /^one: \d+\.\d\d%\n$/,
  );
  assert.match(await say("docker top one"), /^UID +PID +PPID .* CMD\n(?:.*\n)*.* top -b\n$/);
});

test.run();
