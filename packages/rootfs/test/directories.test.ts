import { suite } from "uvu";
import * as assert from "uvu/assert";
import { resolveDirectories } from "../src/directories.js";
import { refuse } from "./refuse.js";

const test = suite("directories");

test("root uses the system's directories", () => {
  assert.equal(resolveDirectories({ env: {}, uid: 0 }), {
    root: "/var/lib/dockher",
    cache: "/var/cache/dockher",
  });
});

test("others use XDG's directories, or their defaults below the home", () => {
  assert.equal(resolveDirectories({ env: { HOME: "/home/a" }, uid: 1000 }), {
    root: "/home/a/.local/share/dockher",
    cache: "/home/a/.cache/dockher",
  });
  const env = { XDG_DATA_HOME: "/data", XDG_CACHE_HOME: "/cache" };
  assert.equal(resolveDirectories({ env, uid: 1000 }), {
    root: "/data/dockher",
    cache: "/cache/dockher",
  });
});

test("an option comes before the environment, which comes before the default", () => {
  const env = { DOCKHER_ROOT: "/env" };
  assert.is(resolveDirectories({ env, uid: 0 }).root, "/env");
  assert.is(resolveDirectories({ root: "/option", env, uid: 0 }).root, "/option");
});

test("refuses relative paths and a missing home", async () => {
  await refuse("DIRECTORY_INVALID", () => resolveDirectories({ root: "data", uid: 0 }));
  await refuse("HOME_UNKNOWN", () => resolveDirectories({ env: {}, uid: 1000 }));
});

test.run();
