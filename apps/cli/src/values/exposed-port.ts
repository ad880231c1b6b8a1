import { UsageError } from "../error.js";

const LAST_PORT = 65_535;

/**
 * Docker's `--expose PORT[-PORT][/PROTOCOL]`, one by one: `80/tcp`.
 * @throws UsageError `INVALID_PORT`
 */
export function parseExposedPorts(text: string): string[] {
  const [, first = "", last = first, protocol = "tcp"] =
    /^(\d{1,5})(?:-(\d{1,5}))?(?:\/(tcp|udp|sctp))?$/i.exec(text) ?? [];
  const [from, to] = [Number(first), Number(last)];
  if (first === "" || from < 1 || to > LAST_PORT || from > to) {
    throw new UsageError(`failed to parse --expose "${text}": there is no such port`, {
      code: "INVALID_PORT",
      hint: "write --expose 80, 53/udp or 7000-7010",
    });
  }
  return Array.from({ length: to - from + 1 }, (_, index) => {
    return `${from + index}/${protocol.toLowerCase()}`;
  });
}
