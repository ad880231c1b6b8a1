import { main } from "./main.js";

main(process.argv.slice(2)).then((exitCode) => {
  process.exitCode = exitCode;
});

// All is written and closed by then. Node would go on to free its memory piece by piece, which the kernel does at once.
process.on("beforeExit", () => process.exit());
