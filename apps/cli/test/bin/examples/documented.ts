import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { ImageStore } from "@dockher/rootfs";
import { suite, type Test } from "uvu";
import * as assert from "uvu/assert";
import { findReasonToSkip } from "../capability.ts";
import { BIN, Machine } from "../dockher.ts";

/** The images that Docker's documentation names; here each is busybox. */
const IMAGES = ["alpine", "debian", "fedora", "nginx:alpine", "redis", "ubuntu", "ubuntu:24.04"];

export interface Said {
  code: number;
  stdout: string;
  stderr: string;
}

export interface Documented {
  machine: Machine;
  /** Runs a line of the documentation in a shell, where `docker` is the command line of ours. */
  type: (line: string, input?: string) => Promise<Said>;
  /** The same of a line that succeeds: what it prints. */
  say: (line: string, input?: string) => Promise<string>;
}

/** A suite of examples, as they stand in Docker's documentation but for what never ends; its containers go with each. */
export function describeExamples(name: string): Test<Documented> {
  const test = suite<Documented>(`Docker's examples: ${name}`);
  const reason = findReasonToSkip();
  if (reason !== undefined) {
    console.log(`SKIP Docker's examples: ${name}: ${reason}`);
    return Object.assign(() => {}, test) as Test<Documented>;
  }
  test.before(async (context) => {
    const machine = new Machine();
    await machine.say("image", "bootstrap", "busybox");
    const store = ImageStore.open({ root: machine.root });
    const { id } = await store.inspect("busybox");
    for (const image of IMAGES) {
      const [repository = "", tag = "latest"] = image.split(":");
      await store.tag(id, { name: repository, tag });
    }
    const bin = join(machine.directory, "bin");
    mkdirSync(bin);
    writeFileSync(join(bin, "docker"), `#!/bin/sh\nexec "${process.execPath}" -- "${BIN}" "$@"\n`);
    chmodSync(join(bin, "docker"), 0o755);
    const env = { ...machine.env, PATH: [bin, process.env["PATH"]].join(delimiter) };
    const type: Documented["type"] = (line, input = "") =>
      new Promise((resolve) => {
        const options = { env, cwd: machine.directory };
        const shell = execFile("/bin/sh", ["-c", line], options, (error, stdout, stderr) =>
          resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
        );
        shell.stdin?.on("error", () => {});
        shell.stdin?.end(input);
      });
    Object.assign(context, {
      machine,
      type,
      say: async (line: string, input?: string) => {
        const { code, stdout, stderr } = await type(line, input);
        assert.is(code, 0, `${line}: ${stderr}`);
        return stdout;
      },
    });
  });
  test.after.each(async ({ machine }) => {
    await machine.removeContainers();
    await machine.say("volume", "prune", "-af");
  });
  test.after(({ machine }) => machine[Symbol.dispose]());
  return test;
}

/** What `create` and `run -d` print. */
export const ID: RegExp = /^[0-9a-f]{64}\n$/;
