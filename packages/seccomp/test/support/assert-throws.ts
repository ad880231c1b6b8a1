import * as assert from "uvu/assert";
import { SeccompError } from "../../src/index.ts";

/** What was thrown, which must be an error of this package with that code. */
export function assertThrows(act: () => unknown, code: string): SeccompError {
  try {
    act();
  } catch (error) {
    assert.instance(error, SeccompError, String(error));
    assert.is((error as SeccompError).code, code);
    return error as SeccompError;
  }
  throw new Error(`nothing was thrown instead of ${code}`);
}
