import { closeSync } from "node:fs";
import { RuntimeError } from "../error.js";
import { recordIds } from "../lifecycle/open-user-namespace.js";
import type { ContainerRecord } from "../state/claim.js";
import { claimIdRange } from "../user-namespace/id-range.js";
import { makeUserNamespace } from "../user-namespace/make-user-namespace.js";
import {
  chooseUserNamespace,
  mapCaller,
  mapRange,
  type UserNamespace,
} from "../user-namespace/user-namespace.js";
import type { ContainerConfig } from "./container-config.js";

/** The user namespace of a container that outlives this process. */
export interface HeldUserNamespace extends Disposable {
  userNamespace: UserNamespace;
  /**
   * What its monitor has to hold: the lock of the ids that are its own, or the namespace itself, which every run of the container
   * joins. Only who may run newuidmap(1) for the caller can make it, and a monitor runs nothing. Closed here by disposing.
   */
  descriptor?: number;
}

export interface HoldOptions {
  record: ContainerRecord;
  config: ContainerConfig;
  signal?: AbortSignal | undefined;
}

/**
 * Finds the ids of a container for all runs below one monitor, and puts those that are its own on record.
 * @throws RuntimeError `NO_FREE_IDS`, `ID_MAP_FAILED`, `INVALID_USERNS`; NsError
 */
export async function holdUserNamespace(options: HoldOptions): Promise<HeldUserNamespace> {
  const { record, config, signal } = options;
  const type = chooseUserNamespace(config.options);
  if (type !== config.userNamespace) throw refuseOther(config);
  if (type === "host") return { userNamespace: { type }, [Symbol.dispose]: () => {} };
  if (type === "mapped") {
    const range = claimIdRange();
    const userNamespace = mapRange(range);
    try {
      recordIds(record, userNamespace);
    } catch (error) {
      range.release();
      throw error;
    }
    return hold(userNamespace, range.fd);
  }
  const userNamespace = mapCaller();
  const fd = await makeUserNamespace(userNamespace, { signal });
  return hold({ ...userNamespace, path: `/proc/self/fd/${fd}` }, fd);
}

function hold(userNamespace: UserNamespace, descriptor: number): HeldUserNamespace {
  return { userNamespace, descriptor, [Symbol.dispose]: () => closeSync(descriptor) };
}

/** On disk are the ids of the kind of user namespace that it was created for. */
function refuseOther({ name, userNamespace }: ContainerConfig): RuntimeError {
  const rootless = userNamespace === "rootless";
  return new RuntimeError(
    `failed to start container ${name}: it was created ${rootless ? "without" : "with"} root`,
    {
      code: "INVALID_USERNS",
      hint: rootless ? "start it as the user whose it is" : "start it as root",
    },
  );
}
