import * as assert from "uvu/assert";
import { RootfsError } from "../src/error.js";

/** Asserts that something is refused with this code, and gives the error. */
export async function refuse(code: string, run: () => unknown): Promise<RootfsError> {
  try {
    await run();
  } catch (error) {
    assert.instance(error, RootfsError, String(error));
    assert.is((error as RootfsError).code, code, (error as Error).message);
    return error as RootfsError;
  }
  throw new Error(`expected ${code}, but nothing was refused`);
}
