import { ImageStore } from "@dockher/rootfs";
import {
  findImageUsers,
  listContainers,
  listVolumes,
  measureContainer,
  measureVolume,
} from "@dockher/runtime";
import type { OptionTable } from "../arguments/option.js";
import { type Command, defineCommand } from "../command.js";
import { FORMAT_OPTION, printList } from "../output/list.js";
import { formatSize } from "../output/units.js";
import { describeDirectories } from "../run/create-kept.js";
import { refuseOperands } from "../run/prune-options.js";

const OPTIONS = { ...FORMAT_OPTION } as const satisfies OptionTable;

const HEADINGS = {
  Active: "ACTIVE",
  Reclaimable: "RECLAIMABLE",
  Size: "SIZE",
  TotalCount: "TOTAL",
  Type: "TYPE",
} as const;

/** One thing on disk. */
interface Item {
  size: number;
  active: boolean;
}

export const systemDf: Command = defineCommand({
  usage: "system df [OPTIONS]",
  summary: "Show what images, containers and volumes take on disk, and what prune would give back.",
  options: OPTIONS,
  grammar: { interspersed: true },
  execute: async ({ options, operands }, context) => {
    refuseOperands(operands, "system df");
    const given = describeDirectories(context);
    const store = ImageStore.open({ root: context.root });
    const images = (await store.list()).map(({ id, size }) => {
      return { size, active: findImageUsers({ imageId: id, ...given }).length > 0 };
    });
    const containers: Item[] = [];
    const onDamaged = (error: Error): void => context.notice(error.message);
    for (const { id, status } of listContainers({ all: true, ...given, onDamaged })) {
      const { written } = await measureContainer({ container: id, ...given });
      containers.push({
        size: written,
        active: ["running", "paused", "restarting"].includes(status.state),
      });
    }
    const used = new Set(
      (await listVolumes({ ...given, dangling: false, onDamaged })).map(({ name }) => name),
    );
    const volumes: Item[] = [];
    for (const { name } of await listVolumes({ ...given, onDamaged })) {
      volumes.push({ size: await measureVolume({ name, ...given }), active: used.has(name) });
    }
    printList({
      rows: [
        describe("Images", images),
        describe("Containers", containers),
        describe("Local Volumes", volumes),
      ],
      headings: HEADINGS,
      columns: ["Type", "TotalCount", "Active", "Size", "Reclaimable"],
      format: options.format,
      print: context.print,
      notice: context.notice,
    });
    return 0;
  },
});

function describe(type: string, items: readonly Item[]) {
  const sum = (some: readonly Item[]): number => some.reduce((total, { size }) => total + size, 0);
  const size = sum(items);
  const reclaimable = sum(items.filter(({ active }) => !active));
  const percent = size === 0 ? "" : ` (${Math.floor((100 * reclaimable) / size)}%)`;
  return {
    Active: String(items.filter(({ active }) => active).length),
    Reclaimable: `${formatSize(reclaimable)}${percent}`,
    Size: formatSize(size),
    TotalCount: String(items.length),
    Type: type,
  };
}
