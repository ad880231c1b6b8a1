import { MountAttribute, MountFlag } from "@dockher/ns";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseMountOptions, toMountAttributes } from "../../src/plan/mount-options.ts";

const test = suite("mount options");

test("flags, propagation, bind and data are told apart", () => {
  assert.equal(parseMountOptions(["nosuid", "ro", "mode=755", "rbind", "rprivate", "size=64k"]), {
    flags: MountFlag.MS_NOSUID | MountFlag.MS_RDONLY,
    bind: "rbind",
    idmap: false,
    propagation: MountFlag.MS_PRIVATE | MountFlag.MS_REC,
    data: "mode=755,size=64k",
  });
});

test("idmap and ridmap map the ids of a bind mount", () => {
  assert.ok(parseMountOptions(["bind", "idmap"]).idmap);
  assert.equal(parseMountOptions(["rbind", "ridmap"]), {
    flags: 0,
    bind: "rbind",
    idmap: true,
    propagation: 0,
    data: "",
  });
});

test("the later of two that contradict each other wins, as mount(8) has it", () => {
  assert.is(parseMountOptions(["ro", "rw"]).flags, 0);
  assert.is(parseMountOptions(["exec", "noexec"]).flags, MountFlag.MS_NOEXEC);
});

test("an option with a comma would become two and is refused", () => {
  assert.throws(() => parseMountOptions(["mode=1,suid"]), /INVALID_MOUNT|holds a comma/);
});

test("the attributes of a mount follow from the flags", () => {
  assert.is(
    toMountAttributes(MountFlag.MS_RDONLY | MountFlag.MS_NODEV | MountFlag.MS_NOATIME),
    MountAttribute.MOUNT_ATTR_RDONLY |
      MountAttribute.MOUNT_ATTR_NODEV |
      MountAttribute.MOUNT_ATTR_NOATIME,
  );
});

test.run();
