import { copyFile, cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { BootstrapOptions } from "../../src/bootstrap/bootstrap.js";
import { ImageStore } from "../../src/image-store.js";
import type { DebootstrapRecipe } from "../../src/recipe.js";
import { makeTemporary } from "../temporary.js";

const FIXTURES = fileURLToPath(new URL("../fixtures", import.meta.url));

const RECIPE: DebootstrapRecipe = {
  name: "testing",
  builder: "debootstrap",
  suite: "testing1",
  tags: { one: "testing1" },
  components: ["main"],
  variant: "minbase",
  packages: [],
  script: "none",
  label: "Debian",
  keyring: { path: "/nonexistent/keyring.gpg", package: "no-such-keyring" },
  extraSources: [
    { suite: "{suite}-updates", mirror: "{mirror}" },
    { suite: "{suite}-security", mirror: "{mirror}-security" },
  ],
  config: { Cmd: ["sh"] },
};

/** A signed archive on disk, a stand-in for debootstrap that is found first, and an empty store. */
export interface FakeArchive extends AsyncDisposable {
  path: string;
  store: ImageStore;
  options: BootstrapOptions & { store: ImageStore; recipe: DebootstrapRecipe };
  /** The program's search path with the stand-in in front, for other processes. */
  searchPath: string;
  /** Shell commands for the stand-in, which run at each `$phase`. */
  behave(script: string): Promise<void>;
  /** The archive publishes again, so that what was made before is stale. */
  publish(): Promise<void>;
  countCalls(): Promise<number>;
  /** What is below the store's directory, but locks: empty where nothing was left. */
  listLeftovers(): Promise<string[]>;
}

export async function makeFakeArchive(root?: string): Promise<FakeArchive> {
  const temporary = await makeTemporary();
  const below = (name: string): string => join(temporary.path, name);
  await cp(join(FIXTURES, "archive"), below("archive"), { recursive: true });
  await mkdir(below("bin"));
  await copyFile(join(FIXTURES, "debootstrap"), below("bin/debootstrap"));
  await writeFile(below("bin/behaviour"), "");
  const store = ImageStore.open({ root: root ?? below("root"), cache: below("cache") });
  const before = process.env["PATH"] ?? "";
  const searchPath = `${below("bin")}:${before}`;
  process.env["PATH"] = searchPath;
  return {
    path: temporary.path,
    store,
    searchPath,
    options: {
      image: "testing",
      recipe: RECIPE,
      store,
      mirror: `file://${below("archive")}`,
      keyring: join(FIXTURES, "archive.gpg"),
    },
    behave: (script) => writeFile(below("bin/behaviour"), script),
    publish: () =>
      copyFile(below("archive/InRelease.later"), below("archive/dists/testing1/InRelease")),
    async countCalls() {
      const text = await readFile(below("bin/calls"), "utf8").catch(() => "");
      return text.split("\n").length - 1;
    },
    async listLeftovers() {
      const left: string[] = [];
      for (const directory of ["refs", "configs", "layers", "stage", "trash"] as const) {
        const names = await readdir(store.layout[directory]).catch(() => []);
        left.push(...names.map((name) => join(directory, name)));
      }
      return left;
    },
    async [Symbol.asyncDispose]() {
      process.env["PATH"] = before;
      await temporary[Symbol.asyncDispose]();
    },
  };
}
