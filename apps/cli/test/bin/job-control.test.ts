import * as assert from "uvu/assert";
import { Screen } from "./screen.ts";
import { describeTerminal, recordSettings, startInFront, whenInState } from "./terminal-suite.ts";

const test = describeTerminal("job control outside");

for (const words of ["run -it", "run -it --rm=false"]) {
  test(`${words} in the background stops before it takes the terminal`, async ({ machine }) => {
    using screen = new Screen(machine);
    await screen.see(/^ready>\n$/);
    screen.enter(`$D ${words} busybox sh & echo pid $!.`);
    const pid = Number(/^pid (\d+)\.$/m.exec(await screen.see(/^pid \d+\.$/m))?.[1]);
    await whenInState(pid, "T");
    screen.enter("clear; fg");
    screen.enter("");
    await screen.see(/\/ #$/m);
    screen.enter("exit 7");
    await screen.see(/ready>\n$/);
    screen.enter("echo out $?");
    await screen.see(/^out 7$/m);
  });

  test(`${words}: stopped from outside, and taken on`, async ({ machine }) => {
    using screen = new Screen(machine, { columns: 90, rows: 20 });
    await screen.see(/^ready>\n$/);
    await recordSettings(screen);
    const pid = await startInFront(screen, `$D ${words} busybox sh`);
    await screen.see(/\/ #$/m);
    process.kill(pid, "SIGTSTP");
    await whenInState(pid, "T");
    screen.enter("");
    await screen.see(/ready>\n$/);
    screen.enter("clear; stty -a > stopped; cmp before stopped && echo same");
    await screen.see(/^same$/m);
    screen.resize({ columns: 77, rows: 22 });
    screen.enter("clear; fg");
    await whenInState(pid, "RS");
    screen.enter("while [ \"$(stty size)\" != '22 77' ]; do :; done; echo resized");
    await screen.see(/^resized$/m);
    // A key again, and no signal to this side.
    screen.enter("sh -c 'echo up; exec sleep 1000'");
    await screen.see(/^up$/m);
    screen.press("C-c");
    screen.enter("echo code $?");
    await screen.see(/^code 130$/m);
    screen.enter("exit 7");
    await screen.see(/ready>\n$/);
    screen.enter("echo out $?; stty -a > after; stty -a | cmp - after && echo same");
    await screen.see(/^out 7\nsame$/m);
  });
}

test("Ctrl-Z gives the terminal back to the shell, and fg takes it again", async ({ machine }) => {
  using screen = new Screen(machine);
  await screen.see(/^ready>\n$/);
  const pid = await startInFront(screen, "$D run busybox sh -c 'echo up; exec sleep 1000'");
  await screen.see(/^up$/m);
  screen.press("C-z");
  await whenInState(pid, "T");
  await screen.see(/ready>\n$/);
  screen.enter("clear; fg");
  await whenInState(pid, "RS");
  screen.press("C-c");
  await screen.see(/\^C\n?ready>\n$/);
  screen.enter("echo out $?");
  await screen.see(/^out 130$/m);
});

test("a reader that leaves ends what shows, and not the container", async ({ machine }) => {
  using screen = new Screen(machine);
  await screen.see(/^ready>\n$/);
  screen.enter("$D run -t busybox yes | head -n 1; echo 'done' at once");
  await screen.see(/^done at once$/m);
  const script = "while :; do echo line; sleep 0.01; done";
  screen.enter(`$D run --rm=false --name piped busybox sh -c '${script}' | head -n 1`);
  await screen.see(/^line$/m);
  screen.enter("clear; echo 'left' it");
  await screen.see(/^left it$/m);
  assert.is((await machine.run(["ps", "--format", "{{.Names}}"])).stdout, "piped\n");
  assert.is((await machine.run(["rm", "-f", "piped"])).code, 0);
});

test.run();
