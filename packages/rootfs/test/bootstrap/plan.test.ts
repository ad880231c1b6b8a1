import { suite } from "uvu";
import * as assert from "uvu/assert";
import { planDebootstrap } from "../../src/bootstrap/plan.js";
import { readHostDistribution } from "../../src/os-release.js";
import { loadRecipe } from "../../src/recipe.js";
import { parseReference } from "../../src/reference.js";
import { refuse } from "../refuse.js";

const test = suite("plan");

async function plan(image: string, choices = {}) {
  const reference = parseReference(image);
  const recipe = await loadRecipe(reference.name);
  assert.ok(recipe.builder === "debootstrap");
  return planDebootstrap(recipe, reference, choices);
}

test("the suite is what is chosen, else the tag's, else the host's, else the recipe's", async () => {
  const host = await readHostDistribution();
  assert.is((await plan("debian:12")).suite, "bookworm");
  assert.is((await plan("debian:12", { suite: "sid" })).suite, "sid");
  assert.is((await plan("ubuntu:22.04")).suite, "jammy");
  const expected = host.id === "debian" ? host.codename : "trixie";
  assert.is((await plan("debian")).suite, expected);
  assert.is((await plan("debian")).likeHost, host.id === "debian");
});

test("packages are the recipe's and the chosen ones, sorted, each once", async () => {
  assert.equal((await plan("debian", { include: ["zsh", "curl", "zsh"] })).include, [
    "curl",
    "zsh",
  ]);
});

test("a tag that the recipe does not have is refused with those it has", async () => {
  const error = await refuse("IMAGE_NOT_FOUND", () => plan("debian:nope"));
  assert.match(error.hint ?? "", "bookworm");
  await refuse("IMAGE_NOT_FOUND", () => plan("debian:constructor"));
});

test.run();
