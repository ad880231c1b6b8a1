/** `enum ns_op` in shim/plan.h. */
export const Op: {
  readonly argument: 1;
  readonly environment: 2;
  readonly join: 3;
  readonly cgroup: 4;
  readonly cgroupProcs: 5;
  readonly uidMap: 6;
  readonly gidMap: 7;
  readonly joinTarget: 8;
  readonly oomScoreAdj: 9;
  readonly mount: 16;
  readonly openTree: 17;
  readonly createMount: 18;
  readonly mountAttributes: 19;
  readonly moveMount: 20;
  readonly mkdir: 21;
  readonly mknod: 22;
  readonly symlink: 23;
  readonly chmod: 24;
  readonly chown: 25;
  readonly pivotRoot: 26;
  readonly mask: 27;
  readonly readOnly: 28;
  readonly hostname: 29;
  readonly domainname: 30;
  readonly writeProc: 31;
  readonly loopbackUp: 32;
  readonly console: 33;
  readonly rlimit: 34;
  readonly bounding: 35;
  readonly groups: 36;
  readonly gid: 37;
  readonly uid: 38;
  readonly capabilities: 39;
  readonly noNewPrivileges: 40;
  readonly seccomp: 41;
  readonly chdir: 42;
  readonly fileOwner: 43;
  readonly enterUserNamespace: 44;
} = {
  argument: 1,
  environment: 2,
  join: 3,
  cgroup: 4,
  cgroupProcs: 5,
  uidMap: 6,
  gidMap: 7,
  joinTarget: 8,
  oomScoreAdj: 9,
  mount: 16,
  openTree: 17,
  createMount: 18,
  mountAttributes: 19,
  moveMount: 20,
  mkdir: 21,
  mknod: 22,
  symlink: 23,
  chmod: 24,
  chown: 25,
  pivotRoot: 26,
  mask: 27,
  readOnly: 28,
  hostname: 29,
  domainname: 30,
  writeProc: 31,
  loopbackUp: 32,
  console: 33,
  rlimit: 34,
  bounding: 35,
  groups: 36,
  gid: 37,
  uid: 38,
  capabilities: 39,
  noNewPrivileges: 40,
  seccomp: 41,
  chdir: 42,
  fileOwner: 43,
  enterUserNamespace: 44,
};
