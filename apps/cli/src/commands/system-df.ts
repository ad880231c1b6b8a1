import { type DiskUsage, measureDisk } from "@dockher/runtime";
import type { OptionTable } from "../arguments/option.js";
import { type Command, defineCommand } from "../command.js";
import { printDiskUsage } from "../output/disk-usage.js";
import { FORMAT_OPTION, printList } from "../output/list.js";
import { formatSize } from "../output/units.js";
import { describeDirectories } from "../run/create-kept.js";
import { refuseOperands } from "../run/prune-options.js";

const OPTIONS = {
  verbose: { kind: "flag", short: "v", summary: "Show each image, container and volume" },
  ...FORMAT_OPTION,
} as const satisfies OptionTable;

const HEADINGS = {
  Active: "ACTIVE",
  Reclaimable: "RECLAIMABLE",
  Size: "SIZE",
  TotalCount: "TOTAL",
  Type: "TYPE",
} as const;

export const systemDf: Command = defineCommand({
  usage: "system df [OPTIONS]",
  summary: "Show what images, containers and volumes take on disk, and what prune would give back.",
  options: OPTIONS,
  grammar: { interspersed: true },
  examples: [
    { line: "dockher system df -v", summary: "One by one" },
    {
      line: "dockher system df -v --format '{{range .Volumes}}{{println .Name .Size}}{{end}}'",
      summary: "Volumes alone",
    },
  ],
  execute: async ({ options, operands }, context) => {
    refuseOperands(operands, "system df");
    const { print, notice } = context;
    const onDamaged = (error: Error): void => notice(error.message);
    const usage = await measureDisk({ ...describeDirectories(context), onDamaged });
    if (options.verbose === true) {
      printDiskUsage(usage, { format: options.format, print, notice });
      return 0;
    }
    printList({
      rows: [
        describe("Images", summarizeImages(usage.images)),
        describe("Containers", summarizeContainers(usage.containers)),
        describe("Local Volumes", summarizeVolumes(usage.volumes)),
      ],
      headings: HEADINGS,
      columns: ["Type", "TotalCount", "Active", "Size", "Reclaimable"],
      format: options.format,
      print,
      notice,
    });
    return 0;
  },
});

/** Of all things of a kind. */
interface Summary {
  total: number;
  active: number;
  /** Bytes. */
  size: number;
  reclaimable: number;
}

/** A layer that several images have is counted once, and given back with none of them. */
function summarizeImages(images: DiskUsage["images"]): Summary {
  const layers = new Map(
    images.flatMap((image) => image.layers.map((layer, at) => [layer, image.layerSizes[at] ?? 0])),
  );
  const size = sum([...layers.values()]);
  const active = images.filter(({ containers }) => containers > 0);
  const used = sum(active.map((image) => image.size - image.shared));
  return { total: images.length, active: active.length, size, reclaimable: size - used };
}

function summarizeContainers(containers: DiskUsage["containers"]): Summary {
  const isActive = ({ status }: DiskUsage["containers"][number]): boolean =>
    ["running", "paused", "restarting"].includes(status.state);
  return {
    total: containers.length,
    active: containers.filter(isActive).length,
    size: sum(containers.map(({ written }) => written)),
    reclaimable: sum(containers.filter((one) => !isActive(one)).map(({ written }) => written)),
  };
}

function summarizeVolumes(volumes: DiskUsage["volumes"]): Summary {
  const unused = volumes.filter(({ containers }) => containers === 0);
  return {
    total: volumes.length,
    active: volumes.length - unused.length,
    size: sum(volumes.map(({ size }) => size)),
    reclaimable: sum(unused.map(({ size }) => size)),
  };
}

function sum(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total + size, 0);
}

function describe(type: string, { total, active, size, reclaimable }: Summary) {
  const percent = size === 0 ? "" : ` (${Math.floor((100 * reclaimable) / size)}%)`;
  return {
    Active: String(active),
    Reclaimable: `${formatSize(reclaimable)}${percent}`,
    Size: formatSize(size),
    TotalCount: String(total),
    Type: type,
  };
}
