import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { resolveUser } from "../../src/user/resolve-user.ts";

const test = suite("resolveUser");

const files = {
  "/etc/passwd": "root:x:0:0:root:/root:/bin/sh\nada:x:1000:1001::/home/ada:/bin/sh\nbroken\nx:y\n",
  "/etc/group": "root:x:0:\nada:x:1001:\nvideo:x:44:bob,ada\naudio:x:29:ada\n",
};
const read = (path: keyof typeof files): string => files[path];
const nothing = (): undefined => undefined;

test("no user is root with root's home", () => {
  assert.equal(resolveUser("", read), { uid: 0, gid: 0, additionalGids: [], home: "/root" });
});

test("a name brings its group, its further groups and its home", () => {
  assert.equal(resolveUser("ada", read), {
    uid: 1000,
    gid: 1001,
    additionalGids: [44, 29],
    home: "/home/ada",
  });
});

test("a number is looked up, but needs no entry", () => {
  assert.is(resolveUser("1000", read).gid, 1001);
  assert.equal(resolveUser("4242", read), {
    uid: 4242,
    gid: 0,
    additionalGids: [],
    home: undefined,
  });
  assert.equal(resolveUser("7:8", nothing), {
    uid: 7,
    gid: 8,
    additionalGids: [],
    home: undefined,
  });
});

test("a group of the caller's replaces all others", () => {
  assert.equal(resolveUser("ada:video", read), {
    uid: 1000,
    gid: 44,
    additionalGids: [],
    home: "/home/ada",
  });
});

test("names that the image lacks are refused", () => {
  assert.throws(() => resolveUser("bob", read), /failed to find user "bob"/);
  assert.throws(() => resolveUser("ada:disk", read), /failed to find group "disk"/);
  assert.throws(() => resolveUser("ada", nothing), /failed to find user "ada"/);
});

test("what is no user is refused", () => {
  for (const text of [":", ":1", "1:", "1:2:3", "-1", "4294967295", "99999999999", "1 "]) {
    assert.throws(
      () => resolveUser(text, read),
      (error: Error & { code?: string }) => /INVALID_USER|USER_NOT_FOUND/.test(error.code ?? ""),
      text,
    );
  }
});

test("malformed account files never give an id that they do not hold", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (passwd, group) => {
      const user = resolveUser("0", (path) => (path === "/etc/passwd" ? passwd : group));
      assert.is(user.uid, 0);
      for (const gid of [user.gid, ...user.additionalGids])
        assert.ok(gid >= 0 && gid < 2 ** 32 - 1);
    }),
  );
});

test.run();
