import type { OptionValues } from "../arguments/option.js";
import { UsageError } from "../error.js";
import { checkPlatform } from "../values/platform.js";
import { needsMonitor } from "./needs-monitor.js";
import type { RunOptionTable } from "./option-table.js";
import { NO_PORTS } from "./unsupported-options.js";

type Refuse = (what: string, hint: string) => UsageError;

/**
 * Refuses values of Docker's that nothing here carries out yet: to ignore one would be worse.
 * @throws UsageError `UNSUPPORTED`, `INVALID_PLATFORM`.
 */
export function refuseUnsupported(values: OptionValues<RunOptionTable>): void {
  const refuse: Refuse = (what, hint) =>
    new UsageError(`failed to run the container: ${what}`, { code: "UNSUPPORTED", hint });
  // No percentage has a colon, so `-p 8080:80` is Docker's word.
  if (values.cpu?.includes(":")) {
    throw refuse(`-p ${values.cpu}: ${NO_PORTS.reason}`, NO_PORTS.hint);
  }
  if (values.platform !== undefined) checkPlatform(values.platform);
  if (values.timeout !== undefined && needsMonitor(values)) {
    throw refuse(
      "--timeout of a container that stays, or has words of one, is not supported yet",
      "leave it out",
    );
  }
  const network = values.network;
  if (network !== undefined && !/^(?:|none|host|container:.+)$/.test(network)) {
    throw refuse(
      `the network "${network}" is not supported yet`,
      "write --network none, host or container:NAME",
    );
  }
  const userns = values.userns;
  if (userns !== undefined && userns !== "auto" && userns !== "host") {
    throw refuse(
      `the user namespace "${userns}" is not supported yet`,
      "write --userns auto or host",
    );
  }
  const pull = values.pull;
  if (pull !== undefined && pull !== "missing" && pull !== "never") {
    throw refuse(`--pull "${pull}" is not supported yet`, "write --pull missing or never");
  }
}
