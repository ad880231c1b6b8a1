import { UsageError } from "../error.js";

/**
 * Docker's `NAME:ADDRESS` or `NAME=ADDRESS`; an IPv6 address may stand in brackets.
 * @throws UsageError `INVALID_HOST`
 */
export function parseHost(text: string): [name: string, address: string] {
  const [, name = "", address = ""] = /^([^:=]+)[:=](.+)$/.exec(text) ?? [];
  if (name === "") throw refuse(text, "write --add-host db:10.0.0.2");
  if (address === "host-gateway") {
    throw refuse(text, "there is no gateway: a container has no network but its own or the host's");
  }
  return [name, address.replace(/^\[(.*)\]$/, "$1")];
}

function refuse(text: string, hint: string): UsageError {
  return new UsageError(`failed to parse --add-host "${text}"`, { code: "INVALID_HOST", hint });
}
