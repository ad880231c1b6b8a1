import { suite } from "uvu";
import * as assert from "uvu/assert";
import { generateName } from "../../src/state/generate-name.ts";

const test = suite("generateName");

test("an adjective and a surname, later with a number", () => {
  for (let count = 0; count < 1000; count++) {
    assert.match(generateName({ attempt: 0 }), /^[a-z]+_[a-z]+$/);
    assert.match(generateName({ attempt: 4 }), /^[a-z]+_[a-z]+\d{1,3}$/);
  }
});

test.run();
