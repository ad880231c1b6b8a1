// Bootstraps in a process of its own, so that it can be killed, and be another user's: options in argv, events on stdout.
import { type BootstrapOptions, bootstrap } from "../../src/bootstrap/bootstrap.js";
import { ImageStore } from "../../src/image-store.js";

const { directories, ...options } = JSON.parse(process.argv[2] ?? "{}");
const interrupt = new AbortController();
process.once("SIGINT", () => interrupt.abort(new Error("interrupted")));
try {
  const image = await bootstrap({
    ...(options as BootstrapOptions),
    signal: interrupt.signal,
    store: ImageStore.open(directories),
    onProgress: ({ phase }) => console.log(phase),
  });
  console.log(image.id);
} catch (error) {
  const { code, hint } = error as { code?: string; hint?: string };
  console.log(`${code}: ${hint}`);
  if (!interrupt.signal.aborted) console.error(String(error), code);
  process.exitCode = 1;
}
