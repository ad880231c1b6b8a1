import { DockherError } from "@dockher/spec";
import * as assert from "uvu/assert";

/** Asserts that something is refused by a code, in one line that names `mentions`; answers the error. */
export function assertThrows(
  act: () => unknown,
  code: string,
  ...mentions: (string | RegExp)[]
): DockherError {
  try {
    act();
  } catch (error) {
    assert.instance(error, DockherError, String(error));
    const refused = error as DockherError;
    assert.is(refused.code, code, refused.message);
    assert.match(refused.message, /^failed to /);
    assert.not.match(refused.message, /\n/);
    for (const mention of mentions) assert.match(refused.message, mention);
    return refused;
  }
  assert.unreachable(`not refused as ${code}`);
  throw new Error("unreachable");
}
