import { execFileSync } from "node:child_process";
import type { Overlay } from "../src/overlay.js";

/** mount(2)'s number; perl calls it, as mount(8) takes options apart before the kernel sees them. */
const MOUNT =
  { x64: 165, arm64: 40, riscv64: 40, ia32: 21, arm: 21 }[process.arch as string] ?? 165;

const PERL = `
while (@ARGV) {
  my $kind = shift;
  if ($kind eq "directory") { mkdir shift or die "mkdir: $!"; next }
  my ($type, $source, $target, $data) = splice @ARGV, 0, 4;
  syscall(${MOUNT}, $source, $target, $type, 0, $data) == 0 or die "mount $type: $!";
  last if $ARGV[0] eq "--";
}
shift; exec @ARGV or die`;

/** Carries out the steps in a mount namespace of its own, runs a shell command there, gives its output. */
export function runOnOverlay(overlay: Overlay, command: string): string {
  const steps = overlay.steps.flatMap((step) =>
    step.type === "directory"
      ? ["directory", step.path]
      : [
          "mount",
          step.mount.type ?? "",
          step.mount.source ?? "",
          step.mount.destination,
          (step.mount.options ?? []).join(","),
        ],
  );
  const args = ["--mount", "--propagation", "private", "perl", "-e", PERL, "--"];
  return execFileSync(
    "unshare",
    [...args, ...steps, "--", "sh", "-c", command, "sh", overlay.target],
    { encoding: "utf8" },
  );
}
