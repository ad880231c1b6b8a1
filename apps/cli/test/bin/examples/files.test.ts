import * as assert from "uvu/assert";
import { describeExamples } from "./documented.ts";

const test = describeExamples("files and logs");

test("cp and diff", async ({ say }) => {
  await say("docker run -d --name CONTAINER busybox sleep 1000");
  await say(
    "docker exec CONTAINER sh -c 'mkdir -p /srv /var/logs; echo ERROR x > /var/logs/app.log'",
  );
  await say("echo hi > some_file");
  assert.is(await say("docker cp ./some_file CONTAINER:/srv"), "");
  assert.is(await say("docker cp CONTAINER:/var/logs/ ./app_logs && ls app_logs"), "app.log\n");
  assert.is(
    await say('docker cp CONTAINER:/var/logs/app.log - | tar x -O | grep "ERROR"'),
    "ERROR x\n",
  );
  await say("tar cf - some_file | docker exec -i CONTAINER tar xf - -C /tmp");
  assert.is(
    await say("docker exec CONTAINER tar cf - -C / srv | tar tf -"),
    "srv/\nsrv/some_file\n",
  );
  assert.equal((await say("docker diff CONTAINER")).trimEnd().split("\n"), [
    "A /srv",
    "A /srv/some_file",
    "C /tmp",
    "A /tmp/some_file",
    "C /var",
    "A /var/logs",
    "A /var/logs/app.log",
  ]);
});

test("logs, attach and start", async ({ say, type }) => {
  await say(
    "docker run --name test -d busybox sh -c 'for i in 1 2 3; do echo line $i; done; echo bad >&2'",
  );
  await say("docker wait test");
  assert.is(await say("docker logs --tail 3 test 2>/dev/null"), "line 2\nline 3\n");
  assert.match(await say("docker logs -t test 2>&1 >/dev/null"), /^20\d\d-.*Z bad\n$/);
  assert.is(await say("docker logs --until=2s test"), "");
  assert.match(await say("docker logs -f --since=10m test"), /^line/);
  assert.is((await type("docker attach test")).code, 1);
  assert.is(await say("docker start --attach -i test 2>/dev/null"), "line 1\nline 2\nline 3\n");
  await say("docker run -d --name topdemo alpine sh -c 'echo up; exec sleep 1000'");
  assert.match(await say("docker ps -a --filter name=topdemo"), / topdemo\n$/);
});

test("port", async ({ say, type }) => {
  await say("docker run -d --name test busybox sleep 1000");
  assert.is(await say("docker port test"), "");
  for (const port of ["7890/tcp", "7890/udp", "7890"]) {
    const { code, stderr } = await type(`docker port test ${port}`);
    assert.is(code, 1);
    assert.match(stderr, port);
  }
});

test.run();
