import { readFileSync } from "node:fs";

/** The last line of a file of zoneinfo: standard time, its offset, and the other time where there is one; see tzfile(5), tzset(3). */
const FOOTER = /\n(<[^>]+>|[A-Za-z]+)([+-]?)(\d+)(?::(\d+))?[:\d]*(<[^>]+>|[A-Za-z]+)?[^\n]*\n$/;

/** The local zone's abbreviation at a time, such as `CET` or `CEST`, which Node does not tell; undefined where the system does not either. */
export function readZoneName(date: Date): string | undefined {
  const zone = process.env["TZ"]?.replace(/^:/, "");
  if (zone === "" || zone === "UTC") return "UTC";
  const footer = FOOTER.exec(readZone(zone));
  if (footer === null) return date.getTimezoneOffset() === 0 ? "UTC" : undefined;
  const [, standard = "", sign, hours, minutes = "0", other = standard] = footer;
  // Both count the minutes west of Greenwich.
  const west = (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
  const name = date.getTimezoneOffset() === west ? standard : other;
  return name.replaceAll(/[<>]/g, "");
}

function readZone(zone: string | undefined): string {
  try {
    if (zone === undefined) return readFileSync("/etc/localtime", "latin1");
    return readFileSync(zone.startsWith("/") ? zone : `/usr/share/zoneinfo/${zone}`, "latin1");
  } catch {
    // Without the system's zones Node uses its own, which have no abbreviations.
    return "";
  }
}
