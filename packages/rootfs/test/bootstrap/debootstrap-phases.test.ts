import { suite } from "uvu";
import * as assert from "uvu/assert";
import { PhaseFollower } from "../../src/bootstrap/debootstrap-phases.ts";

const test = suite("PhaseFollower");

test("has something to say of a phase that debootstrap has not titled yet", () => {
  const said: string[] = [];
  const follower = new PhaseFollower((_phase, _fraction, message) => said.push(message));
  follower.follow({ type: "progress", phase: "DOWNREL", now: 0, end: 100 });
  follower.follow({ type: "info", code: "RETRIEVING", message: "Retrieving Packages" });
  follower.follow({ type: "progress", phase: "DOWNPKGS", now: 0, end: 100 });
  follower.stop();
  assert.equal(said, ["Retrieving the release file", "Retrieving Packages"]);
});

test.run();
