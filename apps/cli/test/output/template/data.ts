const LABELS = new Map([
  ["com.example.tier", "front"],
  ["b", "ü<&>"],
]);

/** A container as the templates of go-results.json see it; generate.go has the same. */
export const DATA = {
  Id: "3e6b55cabfe0",
  Name: "/web",
  Names: "web,store",
  Load: 0.25,
  State: { Status: "running", Running: true, Pid: 1234, ExitCode: 0, Health: null },
  Config: { Env: ["PATH=/bin", "A=1"], Cmd: [], Labels: LABELS },
  NetworkSettings: {
    Ports: new Map([
      [
        "8787/tcp",
        [
          { HostIp: "0.0.0.0", HostPort: "32768" },
          { HostIp: "::", HostPort: "32769" },
        ],
      ],
      ["53/udp", []],
    ]),
    Networks: new Map([
      ["bridge", { IPAddress: "172.17.0.2", Aliases: [] }],
      ["app", { IPAddress: "10.0.0.5", Aliases: ["web"] }],
    ]),
  },
  Any: new Map<string, unknown>([
    ["null", null],
    ["list", [1, "x", true, null]],
    ["text", "t"],
    ["number", 7],
    ["float", 1.5],
    ["", 3],
  ]),
  Label: (name: string): string => LABELS.get(name) ?? "",
  Upper: (): string => "/WEB",
};
