import type { OptionValues } from "../arguments/option.js";
import { UsageError } from "../error.js";
import type { RunOptionTable } from "./option-table.js";

/**
 * Refuses words of Docker's that nothing here carries out yet: to ignore one would be worse.
 * @throws UsageError `UNSUPPORTED`.
 */
export function refuseUnsupported(values: OptionValues<RunOptionTable>): void {
  const refuse = (what: string, hint: string): UsageError =>
    new UsageError(`failed to run the container: ${what}`, { code: "UNSUPPORTED", hint });
  // No percentage has a colon, so `-p 8080:80` is Docker's word.
  const published = values.publish[0] ?? (values.cpu?.includes(":") ? values.cpu : undefined);
  if (published !== undefined || values["publish-all"] === true) {
    const ports = published === undefined ? "" : ` ${published}`;
    throw refuse(
      `publishing ports${ports} is not supported yet`,
      "--network host shares the host's network with the container",
    );
  }
  if (values.detach === true) {
    throw refuse(
      "running in the background (-d) is not supported yet",
      "leave -d out, and let your shell or service manager put dockher in the background",
    );
  }
  if (values.rm === false) {
    throw refuse(
      "keeping an ended container (--rm=false) is not supported yet",
      "leave it out: a container is removed at its end",
    );
  }
  const network = values.network;
  if (network !== undefined && network !== "none" && network !== "host") {
    throw refuse(`the network "${network}" is not supported yet`, "write --network none or host");
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
