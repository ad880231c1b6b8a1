import type { Entry, Workbench } from "../contender.js";
import { openProgram } from "./spawned.js";

function listBubblewrapArguments(bench: Workbench): string[] {
  return [
    ...["--unshare-all", "--die-with-parent", "--new-session", "--clearenv"],
    ...["--hostname", "bench", "--bind", bench.rootfs, "/"],
    ...["--proc", "/proc", "--dev", "/dev", "/bin/true"],
  ];
}

export const spawnBare: Entry = {
  name: "spawn",
  title: "child_process.spawn, no container",
  section: "starts",
  origin: "peer",
  open: (bench) => openProgram(`${bench.rootfs}/bin/true`, []),
};

export const bubblewrap: Entry = {
  name: "bwrap",
  title: "spawn bwrap --unshare-all",
  section: "starts",
  origin: "peer",
  open: (bench) => openProgram("bwrap", listBubblewrapArguments(bench)),
};
