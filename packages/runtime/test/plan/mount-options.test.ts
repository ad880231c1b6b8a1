import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  MOUNT_ATTR,
  MS,
  parseMountOptions,
  toMountAttributes,
} from "../../src/plan/mount-options.ts";

const test = suite("mount options");

test("flags, propagation, bind and data are told apart", () => {
  assert.equal(parseMountOptions(["nosuid", "ro", "mode=755", "rbind", "rprivate", "size=64k"]), {
    flags: MS.NOSUID | MS.RDONLY,
    bind: "rbind",
    propagation: MS.PRIVATE | MS.REC,
    data: "mode=755,size=64k",
  });
});

test("the later of two that contradict each other wins, as mount(8) has it", () => {
  assert.is(parseMountOptions(["ro", "rw"]).flags, 0);
  assert.is(parseMountOptions(["exec", "noexec"]).flags, MS.NOEXEC);
});

test("an option with a comma would become two and is refused", () => {
  assert.throws(() => parseMountOptions(["mode=1,suid"]), /INVALID_MOUNT|holds a comma/);
});

test("the attributes of a mount follow from the flags", () => {
  assert.is(
    toMountAttributes(MS.RDONLY | MS.NODEV | MS.NOATIME),
    MOUNT_ATTR.RDONLY | MOUNT_ATTR.NODEV | MOUNT_ATTR.NOATIME,
  );
});

test.run();
