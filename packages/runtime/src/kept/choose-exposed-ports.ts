import type { ImageConfig } from "@dockher/spec";
import { RuntimeError } from "../error.js";
import type { CreateOptions } from "./options.js";

const LAST_PORT = 65_535;

/**
 * The ports that a container listens on: its image's, then the caller's.
 * @throws RuntimeError `INVALID_PORT`, `CONFLICTING_OPTIONS`
 */
export function chooseExposedPorts(
  { exposedPorts = [], network }: Pick<CreateOptions, "exposedPorts" | "network">,
  { ExposedPorts = {} }: ImageConfig,
): string[] {
  if (exposedPorts.length > 0 && typeof network === "object") {
    throw new RuntimeError(
      "failed to expose ports: the network is another container's, and so are its ports",
      { code: "CONFLICTING_OPTIONS", hint: "expose them where that container is created" },
    );
  }
  for (const port of exposedPorts) {
    const number = /^([1-9]\d{0,4})\/(?:tcp|udp|sctp)$/.exec(port)?.[1];
    if (number !== undefined && Number(number) <= LAST_PORT) continue;
    throw new RuntimeError(`failed to expose port "${port}": there is none such`, {
      code: "INVALID_PORT",
      hint: "name it and its protocol: 80/tcp",
    });
  }
  return [...new Set([...Object.keys(ExposedPorts), ...exposedPorts])];
}
