import * as assert from "uvu/assert";
import { describeExamples, ID } from "./documented.ts";

const test = describeExamples("run");

test("names, id files, privilege and directories", async ({ say, type }) => {
  await say("docker run --name test -d nginx:alpine sleep 1000");
  assert.match(await say("docker ps"), /nginx:alpine +"sleep 1000" .* test\n$/);
  assert.is(await say("docker stop test"), "test\n");
  assert.is(await say("docker rm test"), "test\n");

  assert.is(await say('docker run --cidfile ./docker_test.cid ubuntu echo "test"'), "test\n");
  assert.match(await say("cat docker_test.cid"), /^[0-9a-f]{64}$/);
  const again = await type('docker run --cidfile ./docker_test.cid ubuntu echo "test"');
  assert.is(again.code, 125);

  const mount = 'sh -c "mount -t tmpfs none /mnt && df -h | grep /mnt"';
  assert.is((await type(`docker run -i --rm ubuntu ${mount}`)).code, 1);
  assert.match(await say(`docker run -i --privileged ubuntu ${mount}`), /^none .* \/mnt\n$/);

  assert.is(await say("docker run -w /path/to/dir/ -i ubuntu pwd"), "/path/to/dir\n");
  assert.is(await say("docker  run  -v $(pwd):$(pwd) -w $(pwd) -i  ubuntu pwd"), await say("pwd"));
  await say("mkdir content");
  assert.is(
    await say("docker  run  -v ./content:/content -w /content -i ubuntu pwd"),
    "/content\n",
  );
});

test("one that has a name and ended is there to be looked at", async ({ say }) => {
  await say("docker run --name build ubuntu sh -c 'echo built > /out; echo done'");
  assert.is(await say("docker logs build"), "done\n");
  await say("docker cp build:/out .");
  assert.is(await say("cat out"), "built\n");
  assert.is(await say("docker start -a build"), "done\n");
  assert.is(await say("docker rm build"), "build\n");
});

test("what may be written to", async ({ say, type }) => {
  assert.match(await say("docker run -d --tmpfs /run:rw,noexec,nosuid,size=65536k debian"), ID);
  await say("docker run --read-only -v /icanwrite busybox touch /icanwrite/here");
  const elsewhere = await type("docker run --read-only -v /icanwrite busybox touch /here");
  assert.match(elsewhere.stderr, "Read-only file system");
  await say(
    "docker run --read-only --mount type=volume,target=/icanwrite busybox touch /icanwrite/here",
  );
  const bound = "docker run --mount type=bind,src=$(pwd)/bin,dst=/data busybox ls /data";
  assert.is(await say(bound), "docker\n");
});

test("variables, labels and hosts", async ({ say }) => {
  await say("printf '# Use this to set\\nVAR1=value1\\nVAR2=value2\\nUSER\\n' > env.list");
  assert.is(
    await say("docker run --env VAR1=value1 --env VAR2=value2 ubuntu env | grep VAR"),
    "VAR1=value1\nVAR2=value2\n",
  );
  const exported = "export VAR1=value1 VAR2=value2; docker run --env VAR1 --env VAR2 ubuntu env";
  assert.is(await say(`${exported} | grep VAR`), "VAR1=value1\nVAR2=value2\n");
  assert.is(
    await say("USER=jonzeolla docker run --env-file env.list ubuntu env | grep -E 'VAR|USER'"),
    "VAR1=value1\nVAR2=value2\nUSER=jonzeolla\n",
  );
  const labelled = "docker run -l my-label --label com.example.foo=bar -d --name labelled ubuntu";
  await say(`${labelled} sleep 1000`);
  assert.is(
    await say("docker inspect -f '{{json .Config.Labels}}' labelled"),
    '{"com.example.foo":"bar","my-label":""}\n',
  );
  await say(
    "printf 'com.example.label1=\"a label\"\\n# this is a comment\\ncom.example.label2\\n' > labels",
  );
  await say("docker run --label-file ./labels -d --name filed ubuntu sleep 1000");
  assert.is(
    await say("docker inspect -f '{{json .Config.Labels}}' filed"),
    '{"com.example.label1":"\\"a label\\"","com.example.label2":""}\n',
  );
  const last = "--rm alpine tail -n 1 /etc/hosts";
  assert.is(
    await say(`docker run --add-host=my-hostname=8.8.8.8 ${last}`),
    "8.8.8.8\tmy-hostname\n",
  );
  assert.is(
    await say(`docker run --add-host my-hostname=[2001:db8::33] ${last}`),
    "2001:db8::33\tmy-hostname\n",
  );
  assert.is(
    await say(`docker run --add-host=my-hostname:8.8.8.8 ${last}`),
    "8.8.8.8\tmy-hostname\n",
  );
});

test("volumes of others, and pipes", async ({ say }) => {
  await say("docker create -v /data --name data ubuntu");
  assert.match(await say("docker run --rm --volumes-from data ubuntu ls -la /data"), /^total 8\n/);
  await say("mkdir docker && touch docker/foo");
  await say("docker create -v $(pwd)/docker:/docker --name docker ubuntu");
  assert.match(await say("docker run --rm --volumes-from docker ubuntu ls -la /docker"), /foo\n$/);
  const both = "docker run --volumes-from data --volumes-from docker:ro -i ubuntu";
  assert.is(await say(`${both} pwd`), "/\n");
  assert.is(await say(`${both} sh -c "touch /docker/x || true"`), "");

  assert.is(await say("echo hello | docker run --rm -i busybox cat"), "hello\n");
  assert.is(
    await say(
      `docker run --rm -i busybox echo "foo bar baz" | docker run --rm -i busybox awk '{ print $2 }' | docker run --rm -i busybox rev`,
    ),
    "rab\n",
  );
  assert.is(await say("echo test | docker run -i -a stdin -a stdout ubuntu cat -"), "test\n");
});

test("restarts, limits and security", async ({ say, type }) => {
  assert.match(
    await say("docker run -d --name my-container --restart=on-failure:1 redis false"),
    ID,
  );
  assert.is(await say("docker wait my-container"), "1\n");
  assert.is(await say('docker inspect -f "{{ .RestartCount }}" my-container'), "1\n");
  assert.match(await say('docker inspect -f "{{ .State.StartedAt }}" my-container'), /^20\d\d-/);

  assert.is(
    await say('docker run --ulimit nofile=1024:1024 --rm debian sh -c "ulimit -n"'),
    "1024\n",
  );
  assert.match(await say("docker run -d -u daemon --ulimit nproc=3 busybox top -b"), ID);
  assert.is(
    await say(
      "docker run --sysctl net.ipv4.ip_forward=1 busybox cat /proc/sys/net/ipv4/ip_forward",
    ),
    "1\n",
  );
  assert.match(
    await say("docker run --security-opt no-new-privileges -i ubuntu cat /proc/self/status"),
    /^NoNewPrivs:\t1$/m,
  );
  assert.is((await type("docker run --security-opt label=disable -i ubuntu true")).code, 0);

  await say("docker run --log-driver=none -d --name silent nginx:alpine sleep 1000");
  const log = await type("docker logs silent");
  assert.is(log.code, 1);
  assert.match(log.stderr, "it keeps none");

  await say("docker run --rm -v /foo -v awesome:/bar busybox true");
  assert.is(await say("docker volume ls -q"), "awesome\n");
  await say("docker volume rm awesome");
});

test("namespaces of the host and of another container", async ({ say }) => {
  const host = await say("docker run --rm -i --pid=host alpine ps");
  assert.match(host, new RegExp(`^ *${process.pid} `, "m"));
  await say("docker run --rm --name my-nginx -d nginx:alpine sleep 1234");
  const seen = await say("docker run --rm -i --pid=container:my-nginx alpine ps");
  assert.match(seen, /sleep 1234$/m);
});

test.run();
