import type { Step } from "./plan.js";

/** The step in words that follow "failed to". */
export function describeStep(step: Step): string {
  switch (step.op) {
    case "mount":
      return step.source === undefined && step.fstype === undefined
        ? `change the mount on ${step.target}`
        : `mount ${step.source ?? step.fstype} on ${step.target}`;
    case "open-tree":
      return `open ${step.source}${step.subpath === undefined ? "" : `/${step.subpath}`} for binding`;
    case "create-mount":
      return `create ${step.fstype} mount`;
    case "set-mount-attributes":
      return `set mount attributes of ${step.target ?? `slot ${step.slot}`}`;
    case "move-mount":
      return `attach mount on ${step.target}`;
    case "mkdir":
      return `make directory ${step.path}`;
    case "mknod":
      return `make device ${step.path}`;
    case "symlink":
      return `link ${step.path} to ${step.target}`;
    case "chmod":
      return `change mode of ${step.path}`;
    case "chown":
      return `change owner of ${step.path}`;
    case "pivot-root":
      return `change root to ${step.newRoot}`;
    case "mask":
      return `mask ${step.path}`;
    case "read-only":
      return `make ${step.path} read-only`;
    case "hostname":
      return `set hostname ${step.name}`;
    case "domainname":
      return `set domainname ${step.name}`;
    case "sysctl":
      return `set sysctl ${step.name}`;
    case "loopback-up":
      return "bring up the loopback interface";
    case "console":
      return "make a console";
    case "rlimit":
      return `set ${step.type}`;
    case "bounding":
      return "drop capabilities from the bounding set";
    case "groups":
      return "set supplementary groups";
    case "gid":
      return `set gid ${step.gid}`;
    case "uid":
      return `set uid ${step.uid}`;
    case "capabilities":
      return "set capabilities";
    case "no-new-privileges":
      return "set no_new_privs";
    case "seccomp":
      return "install the seccomp filter";
    case "file-owner":
      return `make files as user ${step.uid}`;
    case "enter-user-namespace":
      return "enter the user namespace";
    case "chdir":
      return `change directory to ${step.path}`;
  }
}
