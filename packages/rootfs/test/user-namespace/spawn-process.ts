// Runs a command by spawnAsRoot in a process of its own, which another user can be: the command in argv, its output on stdout,
// and the code of an error.
import { spawnAsRoot } from "../../src/user-namespace/spawn-as-root.js";

const [command = "", ...args] = process.argv.slice(2);
const child = spawnAsRoot(command, args, { stdio: ["ignore", "pipe", "pipe"], env: process.env });
child.stdout?.pipe(process.stdout);
child.on("error", (error: Error & { code?: string }) => console.log(error.code));
