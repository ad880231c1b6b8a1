import { resolve } from "node:path";
import type { MountOption } from "@dockher/runtime";
import { parseSize } from "@dockher/spec";
import { UsageError } from "../error.js";
import { splitCsv } from "./csv.js";
import { parseMode } from "./mode.js";

type Fields = Map<string, string>;

const BIND_KEYS = new Set(["readonly", "bind-propagation", "bind-recursive", "consistency"]);
const VOLUME_KEYS = new Set(["readonly", "volume-nocopy", "volume-subpath"]);
const TMPFS_KEYS = new Set(["tmpfs-size", "tmpfs-mode"]);

/**
 * Parses Docker's `--mount type=bind,source=…,target=…[,readonly]`, `type=tmpfs,target=…[,tmpfs-size=…,tmpfs-mode=…]` and
 * `type=volume,[source=NAME,]target=…[,readonly,volume-nocopy,volume-subpath=…]`.
 * @throws UsageError `INVALID_MOUNT`, or `UNSUPPORTED` for other types.
 */
export function parseMount(text: string, cwd: string): MountOption {
  const fields = readFields(text);
  const type = fields.get("type") ?? "volume";
  const target = fields.get("target");
  if (type !== "bind" && type !== "volume" && type !== "tmpfs") {
    throw new UsageError(
      `failed to parse --mount "${text}": the type "${type}" is not supported yet`,
      { code: "UNSUPPORTED", hint: "write type=bind, type=volume or type=tmpfs" },
    );
  }
  if (target === undefined) throw rejectMount(text, "it has no target");
  if (!target.startsWith("/")) throw rejectMount(text, "the target must begin with /");
  checkKeys(text, fields, KEYS[type], type);
  if (type === "bind") return toBind(text, fields, target, cwd);
  return type === "volume" ? toVolume(text, fields, target) : toTmpfs(fields, target);
}

const KEYS = { bind: BIND_KEYS, volume: VOLUME_KEYS, tmpfs: TMPFS_KEYS };

const ALIASES: Record<string, string> = {
  src: "source",
  dst: "target",
  destination: "target",
  ro: "readonly",
};

function readFields(text: string): Fields {
  const fields: Fields = new Map();
  for (const field of splitCsv(text)) {
    const equals = field.indexOf("=");
    const written = (equals === -1 ? field : field.slice(0, equals)).toLowerCase();
    const key = ALIASES[written] ?? written;
    if (equals === -1 && key !== "readonly" && key !== "volume-nocopy") {
      throw rejectMount(text, `"${field}" is not key=value`);
    }
    fields.set(key, equals === -1 ? "true" : field.slice(equals + 1));
  }
  return fields;
}

function checkKeys(text: string, fields: Fields, allowed: Set<string>, type: string): void {
  for (const key of fields.keys()) {
    const known = key === "type" || key === "target" || (key === "source" && type !== "tmpfs");
    if (!known && !allowed.has(key)) {
      throw rejectMount(text, `"${key}" is no key of a ${type} mount here`);
    }
  }
}

function toBind(text: string, fields: Fields, target: string, cwd: string): MountOption {
  const source = fields.get("source");
  if (source === undefined || source === "") throw rejectMount(text, "it has no source");
  const propagation = fields.get("bind-propagation") ?? "rprivate";
  if (propagation !== "rprivate") {
    throw rejectMount(text, `the propagation "${propagation}" is not supported, only rprivate`);
  }
  const recursive = fields.get("bind-recursive") ?? "enabled";
  if (recursive !== "enabled" && recursive !== "disabled") {
    throw rejectMount(text, "bind-recursive is enabled or disabled");
  }
  return {
    type: "bind",
    source: resolve(cwd, source),
    target,
    readonly: readFlag(text, fields, "readonly"),
    recursive: recursive === "enabled",
  };
}

/** As in Docker, an empty source is none. */
function toVolume(text: string, fields: Fields, target: string): MountOption {
  const source = fields.get("source") || undefined;
  const subpath = fields.get("volume-subpath");
  return {
    type: "volume",
    ...(source === undefined ? {} : { source }),
    target,
    readonly: readFlag(text, fields, "readonly"),
    copy: !readFlag(text, fields, "volume-nocopy"),
    ...(subpath === undefined ? {} : { subpath }),
  };
}

function readFlag(text: string, fields: Fields, key: string): boolean {
  const value = fields.get(key) ?? "false";
  if (/^(?:true|1)$/i.test(value)) return true;
  if (/^(?:false|0)$/i.test(value)) return false;
  throw rejectMount(text, `${key} is true or false, not "${value}"`);
}

function toTmpfs(fields: Fields, target: string): MountOption {
  const size = fields.get("tmpfs-size");
  const mode = fields.get("tmpfs-mode");
  return {
    type: "tmpfs",
    target,
    ...(size === undefined ? {} : { size: parseSize(size, { name: "tmpfs-size" }) }),
    ...(mode === undefined ? {} : { mode: parseMode(mode, "tmpfs-mode") }),
  };
}

function rejectMount(text: string, reason: string): UsageError {
  return new UsageError(`failed to parse --mount "${text}": ${reason}`, {
    code: "INVALID_MOUNT",
    hint: "write type=bind,source=/host/path,target=/container/path, or type=volume,source=name,target=/container/path",
  });
}
