import * as assert from "uvu/assert";
import { CgroupError } from "../src/index.js";

/** Asserts that it fails with a CgroupError of this code, whose message and hint match. */
export async function assertRejects(
  action: () => unknown,
  code: string,
  pattern: RegExp = /./,
): Promise<void> {
  let thrown: unknown;
  try {
    await action();
  } catch (error) {
    thrown = error;
  }
  assert.instance(thrown, CgroupError, `nothing was refused with ${code}: ${thrown}`);
  const error = thrown as CgroupError;
  assert.is(error.code, code, error.message);
  assert.match(error.message, /^failed to /);
  assert.match(`${error.message}\n${error.hint ?? ""}`, pattern);
}
