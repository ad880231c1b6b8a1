import type { DiskUsage } from "@dockher/runtime";
import { UsageError } from "../error.js";
import { CONTAINER_HEADINGS, describeContainerRow } from "./container-row.js";
import { describeImage, IMAGE_HEADINGS } from "./image-row.js";
import { printFacts } from "./inspect.js";
import { printList } from "./list.js";
import { formatSize } from "./units.js";
import { describeVolumeRow, VOLUME_HEADINGS } from "./volume-row.js";

export interface PrintDiskUsageOptions {
  /** What `--format` says. */
  format: string | undefined;
  print: (line: string) => void;
  notice: (line: string) => void;
}

/**
 * Prints each thing on disk as `docker system df -v`: in tables, or all of it as one object.
 * @throws UsageError `INVALID_FORMAT`
 */
export function printDiskUsage(usage: DiskUsage, options: PrintDiskUsageOptions): void {
  const { format = "", print } = options;
  if (format === "" || format === "table") {
    printTables(describe(usage, { whole: false }), options);
  } else if (/^table\b/.test(format)) {
    throw new UsageError("failed to parse --format: with --verbose there is more than one table", {
      code: "INVALID_FORMAT",
      hint: "a template names .Images, .Containers or .Volumes: '{{json .Images}}'",
    });
  } else {
    printFacts(describe(usage, { whole: true }), { format, print });
  }
}

/** With Docker's names of the fields. */
function describe(usage: DiskUsage, { whole }: { whole: boolean }) {
  const now = new Date();
  const three = { digits: 3 } as const;
  return {
    Images: usage.images.flatMap((image) =>
      describeImage(image, { whole, now }).map((row) => ({
        ...row,
        Containers: String(image.containers),
        SharedSize: formatSize(image.shared),
        UniqueSize: formatSize(image.size - image.shared),
      })),
    ),
    Containers: usage.containers.map((container) => ({
      ...describeContainerRow(container, { whole }),
      LocalVolumes: String(container.volumes.length),
      Size: formatSize(container.written, three),
    })),
    Volumes: usage.volumes.map((volume) => ({
      ...describeVolumeRow(volume),
      Links: String(volume.containers),
      Size: formatSize(volume.size, three),
    })),
  };
}

function printTables(
  { Images, Containers, Volumes }: ReturnType<typeof describe>,
  { print, notice }: PrintDiskUsageOptions,
): void {
  const options = { format: undefined, print, notice };
  print("Images space usage:\n");
  printList({
    rows: Images,
    headings: {
      ...IMAGE_HEADINGS,
      SharedSize: "SHARED SIZE",
      UniqueSize: "UNIQUE SIZE",
      Containers: "CONTAINERS",
    },
    columns: [
      "Repository",
      "Tag",
      "ID",
      "CreatedSince",
      "Size",
      "SharedSize",
      "UniqueSize",
      "Containers",
    ],
    ...options,
  });
  print("\nContainers space usage:\n");
  printList({
    rows: Containers,
    headings: { ...CONTAINER_HEADINGS, LocalVolumes: "LOCAL VOLUMES" },
    columns: ["ID", "Image", "Command", "LocalVolumes", "Size", "RunningFor", "Status", "Names"],
    ...options,
  });
  print("\nLocal Volumes space usage:\n");
  printList({
    rows: Volumes,
    headings: VOLUME_HEADINGS,
    columns: ["Name", "Links", "Size"],
    ...options,
  });
}
