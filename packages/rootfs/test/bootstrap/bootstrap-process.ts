// Bootstraps in a process of its own, so that it can be killed: options in argv, events on stdout.
import { bootstrap } from "../../src/bootstrap/bootstrap.js";
import { ImageStore } from "../../src/image-store.js";

const { directories, ...options } = JSON.parse(process.argv[2] ?? "{}");
const image = await bootstrap({
  ...options,
  store: ImageStore.open(directories),
  onProgress: ({ phase }) => console.log(phase),
});
console.log(image.id);
