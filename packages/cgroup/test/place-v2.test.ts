import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { CgroupLayout, Controller } from "../src/index.js";
import { discoverCgroups } from "../src/index.js";
import { findPlace, type Place } from "../src/place-v2.js";
import { assertRejects } from "./assert-rejects.js";
import { type Machine, makeMachine, makeV2Machine, V2_MOUNT, v2Files } from "./machine.js";

const test = suite("place on v2");

function place(machine: Machine, wanted: readonly Controller[], needed?: Controller): Place {
  const layout = discoverCgroups({ root: machine.root }) as CgroupLayout & { version: 2 };
  const writes =
    needed === undefined
      ? []
      : [{ controller: needed, file: `${needed}.max`, value: "1", property: needed }];
  const found = findPlace(layout.hierarchy, { writes, wanted });
  return JSON.parse(JSON.stringify(found).replaceAll(machine.root, "")) as Place;
}

test("the nearest ancestor that has the controllers", () => {
  using machine = makeV2Machine();
  assert.equal(place(machine, ["memory", "pids"]), {
    base: "/sys/fs/cgroup/system.slice",
    group: "/sys/fs/cgroup/system.slice/dockher",
    controllers: ["memory", "pids"],
  });
  assert.is(place(machine, ["memory"], "cpu").base, "/sys/fs/cgroup");
});

test("our own cgroup where it is the real root", () => {
  using machine = makeMachine({
    mountinfo: [V2_MOUNT],
    cgroup: ["0::/"],
    files: v2Files("/sys/fs/cgroup", { type: false, procs: "1\n" }),
  });
  assert.is(place(machine, ["memory"]).base, "/sys/fs/cgroup");
});

test("not the root of a cgroup namespace that holds processes", async () => {
  using machine = makeMachine({
    mountinfo: [V2_MOUNT],
    cgroup: ["0::/"],
    files: v2Files("/sys/fs/cgroup", { procs: "1\n" }),
  });
  await assertRejects(
    () => place(machine, ["memory"]),
    "CGROUP_NOT_DELEGATED",
    /move them to a leaf/,
  );
});

test("the root of a cgroup namespace once we have moved to a leaf", () => {
  using machine = makeMachine({
    mountinfo: [V2_MOUNT],
    cgroup: ["0::/init"],
    files: { ...v2Files("/sys/fs/cgroup"), ...v2Files("/sys/fs/cgroup/init", { procs: "1\n" }) },
  });
  assert.is(place(machine, ["memory"]).base, "/sys/fs/cgroup");
});

test("a controller that a delegated sub-tree lacks is refused by name, one that is only counted is left out", async () => {
  using machine = makeMachine({
    mountinfo: [V2_MOUNT],
    cgroup: ["0::/user/app"],
    files: {
      ...v2Files("/sys/fs/cgroup", { procs: "1\n" }),
      ...v2Files("/sys/fs/cgroup/user", { controllers: "memory" }),
      ...v2Files("/sys/fs/cgroup/user/app", { controllers: "memory", procs: "9\n" }),
    },
  });
  await assertRejects(
    () => place(machine, [], "cpu"),
    "CGROUP_CONTROLLER_MISSING",
    /"cpu".*\n.*Delegate=/,
  );
  assert.equal(place(machine, ["memory", "pids"]).controllers, ["memory"]);
});

test.run();
