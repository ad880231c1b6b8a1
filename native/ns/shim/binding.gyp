{
  "variables": {
    "openssl_fips": "",
    # What runs between clone and exec, and in the static init: without libc (see syscall.h).
    "child_sources": [
      "child.c", "console.c", "credentials.c", "exec.c", "file.c", "inheritance.c", "mount.c", "path.c",
      "plan.c", "record.c", "report.c", "system.c"
    ],
    "warnings": ["-std=gnu11", "-Wall", "-Wextra", "-Wshadow", "-Wconversion", "-Werror"],
    # No call that the compiler makes up may reach into libc.
    "freestanding": [
      "-ffreestanding", "-fno-stack-protector", "-fno-tree-loop-distribute-patterns", "-U_FORTIFY_SOURCE"
    ]
  },
  "target_defaults": { "cflags!": ["-Wno-unused-parameter"] },
  "targets": [
    {
      "target_name": "child",
      "type": "static_library",
      "sources": ["<@(child_sources)"],
      "cflags_c": ["<@(warnings)", "<@(freestanding)", "-fPIC"]
    },
    {
      "target_name": "ns",
      "dependencies": ["child"],
      "sources": [
        "binding.c", "clone.c", "device_filter.c", "identify.c", "image.c", "kernel.c", "launch.c",
        "launcher.c", "prepare.c", "spawn_monitor.c", "start.c", "user_namespace.c"
      ],
      "defines": ["NAPI_VERSION=8", "_GNU_SOURCE"],
      "cflags_c": ["<@(warnings)"],
      # Bound at load: the dynamic linker must not run in the child.
      "ldflags": ["-Wl,-z,now"]
    },
    {
      "target_name": "init",
      "type": "executable",
      "sources": ["entry.c", "helper.c", "init.c", "<@(child_sources)"],
      "cflags_c": [
        "<@(warnings)", "<@(freestanding)", "-Os", "-fno-pie", "-fno-asynchronous-unwind-tables"
      ],
      "ldflags!": ["-pthread", "-rdynamic"],
      "ldflags": [
        "-static", "-nostdlib", "-no-pie", "-s", "-Wl,-z,noexecstack", "-Wl,-z,noseparate-code",
        "-Wl,--build-id=none"
      ],
      "libraries!": ["-ldl", "-lm"]
    },
    {
      # Compiled against libc's headers, linked without libc: monitor/libc.c.
      "target_name": "monitor",
      "type": "executable",
      "sources": [
        "clone.c", "identify.c", "launch.c", "prepare.c", "start.c", "user_namespace.c",
        "monitor/cgroup.c", "monitor/client.c", "monitor/container.c", "monitor/escape.c",
        "monitor/exec.c", "monitor/frame.c", "monitor/health.c", "monitor/journal.c", "monitor/libc.c",
        "monitor/log.c", "monitor/loop.c", "monitor/main.c", "monitor/process.c", "monitor/request.c",
        "monitor/settings.c", "monitor/state.c", "monitor/text.c", "<@(child_sources)"
      ],
      "defines": ["_GNU_SOURCE"],
      "cflags_c": [
        "<@(warnings)", "<@(freestanding)", "-U_FILE_OFFSET_BITS", "-O2", "-fno-pie",
        "-fno-asynchronous-unwind-tables"
      ],
      "ldflags!": ["-pthread", "-rdynamic"],
      "ldflags": [
        "-static", "-nostdlib", "-no-pie", "-s", "-Wl,-z,noexecstack", "-Wl,-z,noseparate-code",
        "-Wl,--build-id=none", "-Wl,--gc-sections"
      ],
      "libraries!": ["-ldl", "-lm"],
      "conditions": [
        # The call out of line is libgcc's, which asks libc for the machine's features.
        ["target_arch=='arm64'", { "cflags_c": ["-mno-outline-atomics"] }]
      ]
    }
  ]
}
