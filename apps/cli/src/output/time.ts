import { readZoneName } from "./zone-name.js";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long, in Docker's words: `3 seconds`, `About a minute`, `2 weeks`. */
export function formatDuration(milliseconds: number): string {
  const length = Math.max(0, milliseconds);
  const seconds = Math.floor(length / SECOND);
  if (seconds < 1) return "Less than a second";
  if (seconds === 1) return "1 second";
  if (seconds < 60) return `${seconds} seconds`;
  const minutes = Math.floor(length / MINUTE);
  if (minutes === 1) return "About a minute";
  if (minutes < 60) return `${minutes} minutes`;
  const hours = Math.round(length / HOUR);
  if (hours === 1) return "About an hour";
  if (hours < 48) return `${hours} hours`;
  const days = Math.floor(hours / 24);
  if (days < 14) return `${days} days`;
  if (days < 60) return `${Math.floor(days / 7)} weeks`;
  if (days < 730) return `${Math.floor(days / 30)} months`;
  return `${Math.floor(length / DAY / 365)} years`;
}

/** How long ago: `3 minutes ago`. */
export function formatAge(date: Date, now: Date): string {
  return `${formatDuration(now.getTime() - date.getTime())} ago`;
}

/** Local time as Docker writes it: `2026-01-02 15:04:05 +0100 CET`. */
export function formatDate(date: Date): string {
  const day = [date.getFullYear(), date.getMonth() + 1, date.getDate()].map(writeTwo).join("-");
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(writeTwo).join(":");
  const offset = -date.getTimezoneOffset();
  const size = Math.abs(offset);
  const sign = offset < 0 ? "-" : "+";
  const hours = `${sign}${writeTwo(Math.floor(size / 60))}`;
  const minutes = writeTwo(size % 60);
  const numeric = minutes === "00" ? hours : `${hours}${minutes}`;
  return `${day} ${time} ${hours}${minutes} ${readZoneName(date) ?? numeric}`;
}

function writeTwo(number: number): string {
  return String(number).padStart(2, "0");
}
