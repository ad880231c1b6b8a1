interface Range {
  first: number;
  last: number;
  protocol: string;
}

/** Exposed ports as the PORTS column shows them: by number, neighbours together: `80/tcp, 7000-7002/tcp`. */
export function describePorts(ports: readonly string[]): string {
  const ranges: Range[] = [];
  for (const { number, protocol } of ports.map(splitPort).sort(compare)) {
    const before = ranges.at(-1);
    if (before?.protocol === protocol && before.last + 1 === number) before.last = number;
    else ranges.push({ first: number, last: number, protocol });
  }
  return ranges
    .sort((one, other) => one.first - other.first)
    .map(({ first, last, protocol }) =>
      first === last ? `${first}/${protocol}` : `${first}-${last}/${protocol}`,
    )
    .join(", ");
}

interface Port {
  number: number;
  protocol: string;
}

function splitPort(port: string): Port {
  const [number, protocol = "tcp"] = port.split("/");
  return { number: Number(number), protocol };
}

function compare(one: Port, other: Port): number {
  return one.protocol.localeCompare(other.protocol) || one.number - other.number;
}
