import { suite } from "uvu";
import * as assert from "uvu/assert";
import { fixByHand, fixControllers } from "../../src/delegation/fix.js";
import type { Hierarchy } from "../../src/index.js";

const test = suite("fix of a missing delegation");

function describe(ownDirectory: string): Hierarchy {
  const mountPoint = "/sys/fs/cgroup";
  const controllers = ["memory", "pids"] as const;
  return { controllers, mountPoint, ownDirectory: mountPoint + ownDirectory, readOnly: false };
}

test("a user's session, or anything else: the users' managers are to hand down all", () => {
  for (const path of ["/user.slice/user-1000.slice/user@1000.service/app.slice/x.scope", "/x"]) {
    const fix = fixControllers(describe(path));
    assert.match(fix, "sudo tee /etc/systemd/system/user@.service.d/delegate.conf");
    assert.match(fix, "[Service]\\nDelegate=cpu cpuset io memory pids\\n");
    assert.match(fix, "log in again");
  }
});

test("a service: it is to have its own", () => {
  const fix = fixControllers(describe("/system.slice/judge.service/dockher-caller"));
  assert.match(fix, "sudo tee /etc/systemd/system/judge.service.d/delegate.conf");
  assert.match(fix, "restart judge.service");
});

test("without systemd: root makes a cgroup, with a leaf for the user's shell", () => {
  const fix = fixByHand(describe("/"));
  const directory = `/sys/fs/cgroup/user-${process.getuid?.()}`;
  assert.match(fix, "echo +memory +pids > /sys/fs/cgroup/cgroup.subtree_control");
  assert.match(fix, `mkdir -p ${directory}/leaf`);
  assert.match(fix, `${directory}/cgroup.procs ${directory}/cgroup.subtree_control`);
  assert.match(fix, `echo $$ | sudo tee ${directory}/leaf/cgroup.procs`);
});

test.run();
