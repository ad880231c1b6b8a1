import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { root, testUnless } from "../capabilities.js";
import { bareUser, missingBareUser, missingRangedUser, rangedUser } from "../ordinary-user.js";

const test = suite("spawn-as-root");
const PROGRAM = fileURLToPath(new URL("spawn-process.ts", import.meta.url));

/** What a command says that the user runs as root, or the code of the error. */
function ask(wrapper: readonly string[], ...command: string[]): string {
  const words = [...wrapper, process.execPath, "--import", "tsx", PROGRAM, ...command];
  const [file = "", ...args] = words;
  return execFileSync(file, args, { encoding: "utf8" }).trim();
}

testUnless(test, root, "root needs no namespace", async () => {
  const own = execFileSync("readlink", ["/proc/self/ns/user"], { encoding: "utf8" }).trim();
  assert.is(ask([], "readlink", "/proc/self/ns/user"), own);
});

testUnless(test, missingRangedUser, "a user is root with all ids", async () => {
  const { uid, wrapper } = rangedUser;
  const lines = ask(wrapper, "cat", "/proc/self/uid_map").split("\n");
  assert.match(lines[0] ?? "", new RegExp(`^\\s*0\\s+${uid}\\s+1$`));
  assert.match(lines[1] ?? "", /^\s*1\s+\d+\s+\d{5,}$/);
  assert.is(ask(wrapper, "id", "-u"), "0");
  const become = ["setpriv", "--reuid", "33", "--regid", "33", "--clear-groups", "id", "-u"];
  assert.is(ask(wrapper, ...become), "33");
});

testUnless(test, missingRangedUser, "the command has no descriptor of the gate", async () => {
  const script = "[ -e /proc/$$/fd/2 ] && [ ! -e /proc/$$/fd/3 ] && echo closed";
  assert.is(ask(rangedUser.wrapper, "sh", "-c", script), "closed");
});

testUnless(test, missingBareUser, "a user without subordinate ids is root alone", async () => {
  const map = ask(bareUser.wrapper, "cat", "/proc/self/uid_map");
  assert.match(map, new RegExp(`^0\\s+${bareUser.uid}\\s+1$`));
});

testUnless(test, missingRangedUser, "ids that cannot be mapped are told", async () => {
  // newuidmap is a setuid program, which no_new_privs makes powerless.
  const wrapper = [...rangedUser.wrapper, "setpriv", "--no-new-privs"];
  assert.is(ask(wrapper, "true"), "ID_MAP_FAILED");
});

testUnless(test, root ?? missingRangedUser, "a refused namespace is told", async () => {
  // user_namespaces(7): none can be made in a chroot.
  const { uid, gid } = rangedUser;
  const script = 'mount --rbind / /mnt && exec chroot --userspec="$0" /mnt "$@"';
  const jail = ["unshare", "--mount", "--propagation", "private", "sh", "-c", script];
  assert.is(
    ask([...jail, `${uid}:${gid}`, "env", "-C", process.cwd()], "true"),
    "USER_NAMESPACE_UNAVAILABLE",
  );
});

test.run();
