import { type ContainerEvent, watchEvents } from "@dockher/runtime";
import type { OptionTable } from "../arguments/option.js";
import { type Command, defineCommand } from "../command.js";
import { Template } from "../output/template/template.js";
import { toJson } from "../output/template/value.js";
import { describeDirectories } from "../run/create-kept.js";
import { refuseOperands } from "../run/prune-options.js";
import { catchInterrupt } from "../run/signals.js";
import { describeFilter, type Filters, matchLabels, parseFilters } from "../values/filter.js";

const FILTERS = ["container", "event", "image", "label", "type", "volume"] as const;

const OPTIONS = {
  since: {
    kind: "value",
    placeholder: "TIME",
    summary: "Also what happened since: 10m, or a date",
  },
  until: { kind: "value", placeholder: "TIME", summary: "Only what happens until, then end" },
  filter: describeFilter(FILTERS),
  format: {
    kind: "value",
    placeholder: "FORMAT",
    choices: ["json"],
    summary: "json, or a template such as '{{.Action}} {{.ID}}'",
  },
} as const satisfies OptionTable;

export const events: Command = defineCommand({
  usage: "events [OPTIONS]",
  summary: `Show what happens to containers, as it happens.
A journal of the data directory tells it: what nobody saw is not in it.`,
  options: OPTIONS,
  grammar: { interspersed: true },
  examples: [{ line: "dockher events --since 1h --filter event=die", summary: "What has ended" }],
  execute: async ({ options, operands }, context) => {
    refuseOperands(operands, "events");
    const filters = parseFilters(options.filter, FILTERS);
    const print = makePrinter(options.format);
    const signal = catchInterrupt();
    const { since, until } = options;
    const found = watchEvents({
      ...(since === undefined ? {} : { since }),
      ...(until === undefined ? {} : { until }),
      signal,
      ...describeDirectories(context),
    });
    try {
      for await (const event of found) if (fits(event, filters)) context.print(print(event));
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    return 0;
  },
});

function fits(
  { type, action, id, attributes }: ContainerEvent,
  filters: Filters<(typeof FILTERS)[number]>,
): boolean {
  const any = (key: (typeof FILTERS)[number], test: (value: string) => boolean): boolean =>
    filters.get(key)?.some(test) ?? true;
  return (
    any("event", (value) => value === action || fitsFamily(value, action)) &&
    any("type", (value) => value === type) &&
    any("image", (value) => value === attributes["image"]) &&
    any("volume", (value) => type === "volume" && value === id) &&
    any("container", (value) => {
      return type === "container" && (value === attributes["name"] || id.startsWith(value));
    }) &&
    matchLabels(attributes, filters.get("label"))
  );
}

/** Actions that have more behind their name; as in Docker, the name alone stands for all of them. */
const FAMILIES: ReadonlySet<string> = new Set(["exec_create", "exec_start", "health_status"]);

function fitsFamily(name: string, action: string): boolean {
  return FAMILIES.has(name) && action.startsWith(`${name}: `);
}

/** Docker's names of the fields, those of its older versions too. */
function describe({ type, action, id, attributes, time }: ContainerEvent) {
  const milliseconds = Date.parse(time);
  return {
    status: action,
    id,
    ...(attributes["image"] === undefined ? {} : { from: attributes["image"] }),
    Type: type,
    Action: action,
    Actor: { ID: id, Attributes: new Map(Object.entries(attributes)) },
    scope: "local",
    time: Math.floor(milliseconds / 1000),
    timeNano: milliseconds * 1e6,
  };
}

/** Templates name as Go does what JSON has in lower case: methods, so that JSON lacks them. */
function nameFields(event: ContainerEvent): object {
  const { status, id, from = "", scope, time, timeNano } = describe(event);
  return {
    ...describe(event),
    Status: () => status,
    ID: () => id,
    From: () => from,
    Scope: () => scope,
    Time: () => time,
    TimeNano: () => timeNano,
  };
}

/** @throws UsageError `INVALID_FORMAT` */
function makePrinter(format: string | undefined): (event: ContainerEvent) => string {
  if (format === "json") return (event) => toJson(describe(event));
  if (format !== undefined) {
    const template = new Template(format);
    return (event) => template.fill(nameFields(event));
  }
  return ({ type, action, id, attributes, time }) => {
    const pairs = Object.entries(attributes)
      .map(([name, value]) => `${name}=${value}`)
      .sort();
    return `${time} ${type} ${action} ${id} (${pairs.join(", ")})`;
  };
}
