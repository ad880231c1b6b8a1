import { finishContainer } from "./finish-container.js";

const [root = "", container = ""] = process.argv.slice(2);
await finishContainer({ container, directories: { root } });
