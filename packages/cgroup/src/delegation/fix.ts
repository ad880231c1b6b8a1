import { userInfo } from "node:os";
import type { Hierarchy } from "../hierarchy.js";

/** The controllers that systemd hands to users, once it is told to, and that a container's limits need. */
const DELEGATED = "cpu cpuset io memory pids";

/** How systemd is told to hand down all controllers, to the users' managers or to the service that we are in. */
export function fixControllers({ ownDirectory }: Hierarchy): string {
  const service = /\/([^/]+\.service)(?:\/|$)/.exec(ownDirectory)?.[1];
  const unit = service === undefined || service.startsWith("user@") ? "user@.service" : service;
  const directory = `/etc/systemd/system/${unit}.d`;
  const then = unit === service ? `restart ${unit}` : "log in again";
  return `sudo mkdir -p ${directory} && printf '[Service]\\nDelegate=${DELEGATED}\\n' | sudo tee ${directory}/delegate.conf && sudo systemctl daemon-reload, then ${then}`;
}

/** How to get a cgroup of one's own from systemd. */
export const FIX_SCOPE =
  "start the program in a delegated scope: systemd-run --user --scope -p Delegate=yes COMMAND";

/** How root hands a cgroup to a user, and the user's shell into a leaf of it, where there is no systemd. */
export function fixByHand({ mountPoint, controllers }: Hierarchy): string {
  const { uid } = userInfo();
  const directory = `${mountPoint}/user-${uid}`;
  const enable = controllers.map((name) => `+${name}`).join(" ");
  const owned = ["", "/cgroup.procs", "/cgroup.subtree_control", "/leaf", "/leaf/cgroup.procs"];
  return [
    `sudo sh -c 'echo ${enable} > ${mountPoint}/cgroup.subtree_control; mkdir -p ${directory}/leaf`,
    `chown ${uid} ${owned.map((path) => directory + path).join(" ")}'`,
    `echo $$ | sudo tee ${directory}/leaf/cgroup.procs`,
  ].join(" && ");
}
