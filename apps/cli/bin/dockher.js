#!/usr/bin/env -S node --
// Without the two dashes Node 20 takes our --env-file for its own.
try {
  require("../dist/main.cjs");
} catch (error) {
  if (error.code !== "MODULE_NOT_FOUND" || !error.message.includes("dist/main.cjs")) throw error;
  process.stderr.write("dockher: failed to start: it was not built\nhint: pnpm build\n");
  process.exitCode = 125;
}
