import { spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { RunOptions } from "../src/options.ts";
import { run } from "../src/run.ts";
import { findObstacle, makeSandbox, type Sandbox } from "./sandbox.ts";

const test = suite("seccomp");
const obstacle = findObstacle();
if (obstacle !== undefined) console.log(`SKIP seccomp: ${obstacle}`);

let sandbox: Sandbox;
test.before(async () => {
  sandbox = await makeSandbox();
});
test.after(() => sandbox.remove());
test.after.each(() => assert.equal(sandbox.listLeftovers(), []));

async function shell(script: string, options: Partial<RunOptions> = {}): Promise<string> {
  const { stdout, stderr } = await run({
    source: { image: "busybox" },
    directories: sandbox.directories,
    command: ["sh", "-c", script],
    ...options,
  });
  return stdout.toString() + stderr.toString();
}

const filters = "grep ^Seccomp: /proc/self/status";
const ALLOW_ALL = { defaultAction: "SCMP_ACT_ALLOW" } as const;
const refuse = (...names: string[]) => ({
  ...ALLOW_ALL,
  syscalls: [{ names, action: "SCMP_ACT_ERRNO" as const, errnoRet: 71 }],
});

test("a filter is there by default, for PID 1 as well, with and without init", async () => {
  for (const init of [true, false]) {
    assert.is(
      await shell("grep -h ^Seccomp: /proc/1/status /proc/$$/status", { init }),
      "Seccomp:\t2\nSeccomp:\t2\n",
    );
  }
});

test("also where no_new_privs is off, and for a user other than root", async () => {
  for (const noNewPrivileges of [true, false]) {
    for (const user of ["0", "1000"]) {
      const seen = await shell(`${filters}; grep NoNewPrivs /proc/self/status`, {
        noNewPrivileges,
        user,
      });
      assert.is(seen, `Seccomp:\t2\nNoNewPrivs:\t${noNewPrivileges ? 1 : 0}\n`);
    }
  }
});

test("no user namespace can be made, unless a capability says that it may", async () => {
  const script = "unshare -U true && echo made";
  assert.match(await shell(script), /Operation not permitted/);
  assert.is(await shell(script, { capAdd: ["SYS_ADMIN"] }), "made\n");
});

test("privileged and unconfined have none", async () => {
  assert.is(await shell(filters, { privileged: true }), "Seccomp:\t0\n");
  assert.is(await shell(filters, { seccomp: "unconfined" }), "Seccomp:\t0\n");
  assert.is(await shell(filters, { privileged: true, seccomp: "default" }), "Seccomp:\t2\n");
});

test("a profile of the caller's takes the place of the default one", async () => {
  const seen = await shell("mkdir /x; unshare -U true && echo made", {
    seccomp: refuse("mkdir", "mkdirat"),
  });
  assert.is(seen, "made\nmkdir: can't create directory '/x': Protocol error\n");
});

test("rules of a profile depend on the container's capabilities", async () => {
  const profile = {
    ...ALLOW_ALL,
    syscalls: [
      {
        names: ["mkdir", "mkdirat"],
        action: "SCMP_ACT_ERRNO" as const,
        excludes: { caps: ["CAP_NET_ADMIN"] },
      },
    ],
  };
  assert.match(await shell("mkdir /x", { seccomp: profile }), /Operation not permitted/);
  assert.is(await shell("mkdir /x", { seccomp: profile, capAdd: ["NET_ADMIN"] }), "");
});

async function findRefusal(
  options: Partial<RunOptions>,
): Promise<{ code: string; message: string }> {
  try {
    await shell("true", options);
  } catch (error) {
    return error as { code: string; message: string };
  }
  throw new Error("it was not refused");
}

test("a profile that cannot be meant is refused before anything is made", async () => {
  const seccomp = { defaultAction: "SCMP_ACT_NO" } as unknown as NonNullable<RunOptions["seccomp"]>;
  const { code, message } = await findRefusal({ seccomp });
  assert.is(code, "INVALID_SECCOMP_PROFILE");
  assert.match(message, /defaultAction/);
  const early = await findRefusal({ seccomp, source: { image: "no-such-image" } });
  assert.is(early.code, "INVALID_SECCOMP_PROFILE");
});

test("a profile that an init cannot live with is refused, and not taken for a command that ended", async () => {
  for (const name of ["rt_sigtimedwait", "wait4", "clone"]) {
    const { code, message } = await findRefusal({ seccomp: refuse(name) });
    assert.is(code, "LAUNCH_FAILED", message);
    assert.match(message, /EPROTO/);
  }
  const { code } = await findRefusal({ seccomp: refuse("execve"), init: false });
  assert.is(code, "COMMAND_NOT_EXECUTABLE");
});

test("socketcall is closed but where 32-bit libraries are", async () => {
  if (process.arch !== "x64") return;
  const filterOf = async (source: RunOptions["source"]): Promise<string> => {
    // The number of a socket's family is behind a pointer, so the whole call is refused: by EPERM, and not by a fault.
    const { stdout } = await run({ source, directories: sandbox.directories, command: ["/probe"] });
    return stdout.toString();
  };
  const rootfs = join(sandbox.directories.root ?? "", "i386");
  mkdirSync(join(rootfs, "usr/lib"), { recursive: true });
  symlinkSync("usr/lib", join(rootfs, "lib"));
  const probe = join(rootfs, "probe");
  writeFileSync(probe, makeSocketcallProbe(), { mode: 0o755 });
  // Where the kernel does not, execvp(3) has a shell try it.
  if (String(spawnSync(probe).stdout) !== "opened") {
    console.log("SKIP socketcall: this kernel runs no 32-bit programs");
    return;
  }
  assert.is(await filterOf({ rootfs }), "refused");
  symlinkSync("/nowhere", join(rootfs, "usr/lib/ld-linux.so.2"));
  assert.is(await filterOf({ rootfs }), "refused", "a link to nothing");
  writeFileSync(join(rootfs, "nowhere"), "");
  assert.is(await filterOf({ rootfs }), "opened");
});

/** A 32-bit program without libc that asks socketcall(2) for a socket, and writes what came of it. */
function makeSocketcallProbe(): Uint8Array {
  const base = 0x0804_8000;
  const code = [
    ...[0x6a, 0x00, 0x6a, 0x02, 0x6a, 0x01], // push 0, SOCK_DGRAM, AF_UNIX
    ...[0x89, 0xe1], // mov ecx, esp
    ...[0xbb, 1, 0, 0, 0], // mov ebx, SYS_SOCKET
    ...[0xb8, 102, 0, 0, 0], // mov eax, socketcall
    ...[0xcd, 0x80], // int 0x80
    ...[0xb9, 0, 0, 0, 0], // mov ecx, "opened"
    ...[0xba, 6, 0, 0, 0], // mov edx, 6
    ...[0x85, 0xc0], // test eax, eax
    ...[0x79, 10], // jns +10
    ...[0xb9, 0, 0, 0, 0], // mov ecx, "refused"
    ...[0xba, 7, 0, 0, 0], // mov edx, 7
    ...[0xbb, 1, 0, 0, 0], // mov ebx, stdout
    ...[0xb8, 4, 0, 0, 0], // mov eax, write
    ...[0xcd, 0x80],
    ...[0x31, 0xdb], // xor ebx, ebx
    ...[0xb8, 1, 0, 0, 0], // mov eax, exit
    ...[0xcd, 0x80],
  ];
  const header = 52 + 32;
  const file = Buffer.alloc(header + code.length + 13);
  file.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]); // ELF, 32 bits, little-endian
  file.writeUInt16LE(2, 16); // executable
  file.writeUInt16LE(3, 18); // EM_386
  file.writeUInt32LE(1, 20);
  file.writeUInt32LE(base + header, 24); // entry
  file.writeUInt32LE(52, 28); // program headers
  file.writeUInt16LE(52, 40);
  file.writeUInt16LE(32, 42);
  file.writeUInt16LE(1, 44);
  file.writeUInt32LE(1, 52); // PT_LOAD
  file.writeUInt32LE(base, 60);
  file.writeUInt32LE(base, 64);
  file.writeUInt32LE(file.length, 68);
  file.writeUInt32LE(file.length, 72);
  file.writeUInt32LE(5, 76); // readable, executable
  file.writeUInt32LE(4096, 80);
  file.set(code, header);
  file.write("openedrefused", header + code.length, "latin1");
  const text = base + header + code.length;
  file.writeUInt32LE(text, header + 21);
  file.writeUInt32LE(text + 6, header + 35);
  return file;
}

if (obstacle === undefined) test.run();
