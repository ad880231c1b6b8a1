// The recipes are data of the workspace; a published package carries its own copy beside dist.
import { cpSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const from = fileURLToPath(new URL("../../../images", import.meta.url));
const to = fileURLToPath(new URL("../images", import.meta.url));
rmSync(to, { recursive: true, force: true });
cpSync(from, to, { recursive: true, filter: (path) => !path.endsWith(".md") });
