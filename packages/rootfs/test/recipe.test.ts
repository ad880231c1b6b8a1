import { suite } from "uvu";
import * as assert from "uvu/assert";
import { listRecipes, loadRecipe, parseRecipe } from "../src/recipe.js";
import { refuse } from "./refuse.js";

const test = suite("recipe");

test("every built-in recipe is valid and bears its folder's name", async () => {
  const names = await listRecipes();
  assert.equal(names, ["busybox", "debian", "ubuntu"]);
  for (const name of names) assert.is((await loadRecipe(name)).name, name);
});

test("every tag of a recipe leads to a codename, and the default one is among them", async () => {
  for (const name of ["debian", "ubuntu"]) {
    const recipe = await loadRecipe(name);
    assert.ok(recipe.builder === "debootstrap");
    assert.ok(Object.values(recipe.tags).includes(recipe.suite));
  }
});

test("an unknown image is refused with the known ones", async () => {
  for (const name of ["fedora", "..", ".", "", "debian/../busybox"]) {
    const error = await refuse("IMAGE_NOT_FOUND", () => loadRecipe(name));
    assert.match(error.hint ?? "", "busybox, debian, ubuntu");
  }
});

test("a bad recipe is refused by the name of its field", async () => {
  const good = await loadRecipe("debian");
  const cases: [string, unknown][] = [
    ["recipe", []],
    ["name", { ...good, name: "../x" }],
    ["builder", { ...good, builder: "magic" }],
    ["suite", { ...good, suite: "a/b" }],
    ["packages", { ...good, packages: ["--foo"] }],
    ["components", { ...good, components: "main" }],
    ["variant", { ...good, variant: "huge" }],
    ["config", { ...good, config: undefined }],
    ["Env", { ...good, config: { Env: ["novalue"] } }],
    ["mirror", { ...good, mirror: "http://x" }],
  ];
  for (const [field, value] of cases) {
    const error = await refuse("RECIPE_INVALID", () => parseRecipe(value));
    assert.match(error.message, `failed to read recipe: ${field}: `);
  }
});

test.run();
