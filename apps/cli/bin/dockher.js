#!/usr/bin/env -S node --
// Without the two dashes Node 20 takes our --env-file for its own.
const { join } = require("node:path");
const { loadCached } = require("./code-cache.js");

const main = join(__dirname, "../dist/main.cjs");
try {
  loadCached(main);
} catch (error) {
  if (error.code !== "ENOENT" || error.path !== main) throw error;
  process.stderr.write("dockher: failed to start: it was not built\nhint: pnpm build\n");
  process.exitCode = 125;
}
