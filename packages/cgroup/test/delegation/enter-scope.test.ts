import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { enterScope } from "../../src/delegation/enter-scope.js";
import { CgroupError } from "../../src/index.js";

const test = suite("enter-scope");

/** Asks on a machine with these directories, which has no systemd to be found. */
async function refuse(directories: readonly string[], env = {}): Promise<CgroupError> {
  const root = mkdtempSync(join(tmpdir(), "dockher-cgroup-"));
  try {
    for (const directory of directories) mkdirSync(root + directory, { recursive: true });
    await enterScope({ root, env, uid: 1000 });
  } catch (error) {
    assert.instance(error, CgroupError);
    assert.is((error as CgroupError).code, "CGROUP_NOT_DELEGATED");
    return error as CgroupError;
  } finally {
    rmSync(root, { recursive: true });
  }
  throw new Error("nothing was refused");
}

test("without systemd", async () => {
  assert.match((await refuse([])).message, "does not run systemd");
});

test("without a systemd of the user's", async () => {
  const { hint } = await refuse(["/run/systemd/system"]);
  assert.is(hint, "sudo loginctl enable-linger $USER");
});

test("without the user's bus, here and where XDG_RUNTIME_DIR says", async () => {
  const { hint } = await refuse(["/run/systemd/system", "/run/user/1000"]);
  assert.match(hint ?? "", "dbus-user-session");
  const elsewhere = await refuse(["/run/systemd/system", "/elsewhere"], {
    XDG_RUNTIME_DIR: "/elsewhere",
  });
  assert.match(elsewhere.message, "no bus");
});

test("a bus that does not answer", async () => {
  const env = { DBUS_SESSION_BUS_ADDRESS: "unix:path=/nonexistent" };
  const { message, hint } = await refuse(["/run/systemd/system"], env);
  assert.match(message, "failed to get a delegated cgroup, which limits need without root: ");
  assert.match(hint ?? "", "journalctl --user -u dockher-");
});

test.run();
