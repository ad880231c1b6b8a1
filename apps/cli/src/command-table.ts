import type { CommandTable } from "./command.js";

/** What is done with containers: Docker takes these words behind `container` as well. */
const CONTAINER_COMMANDS: CommandTable = {
  run: {
    summary: "Run a command in a new container",
    load: async () => (await import("./commands/run.js")).run,
  },
  create: {
    summary: "Create a container",
    load: async () => (await import("./commands/create.js")).create,
  },
  start: {
    summary: "Start containers again",
    load: async () => (await import("./commands/start.js")).start,
  },
  stop: {
    summary: "Stop containers",
    load: async () => (await import("./commands/stop.js")).stop,
  },
  restart: {
    summary: "Stop containers and start them again",
    load: async () => (await import("./commands/restart.js")).restart,
  },
  kill: {
    summary: "Send a signal to containers",
    load: async () => (await import("./commands/kill.js")).kill,
  },
  pause: {
    summary: "Stop all processes of containers where they are",
    load: async () => (await import("./commands/pause.js")).pause,
  },
  unpause: {
    summary: "Let paused containers go on",
    load: async () => (await import("./commands/unpause.js")).unpause,
  },
  attach: {
    summary: "Join this terminal with a container's",
    load: async () => (await import("./commands/attach.js")).attach,
  },
  exec: {
    summary: "Run a command in a container that runs",
    load: async () => (await import("./commands/exec.js")).exec,
  },
  cp: {
    summary: "Copy files from and to a container",
    load: async () => (await import("./commands/cp.js")).cp,
  },
  diff: {
    summary: "List what a container has changed of its image",
    load: async () => (await import("./commands/diff.js")).diff,
  },
  logs: {
    summary: "Show what a container has written",
    load: async () => (await import("./commands/logs.js")).logs,
  },
  ps: {
    summary: "List containers",
    load: async () => (await import("./commands/ps.js")).ps,
  },
  inspect: {
    summary: "Show all about containers",
    load: async () => (await import("./commands/inspect.js")).inspect,
  },
  stats: {
    summary: "Show what containers use, as it changes",
    load: async () => (await import("./commands/stats.js")).stats,
  },
  top: {
    summary: "List the processes of a container",
    load: async () => (await import("./commands/top.js")).top,
  },
  port: {
    summary: "List the published ports of a container",
    load: async () => (await import("./commands/port.js")).port,
  },
  update: {
    summary: "Change the limits of containers",
    load: async () => (await import("./commands/update.js")).update,
  },
  wait: {
    summary: "Wait for containers to end",
    load: async () => (await import("./commands/wait.js")).wait,
  },
  rename: {
    summary: "Give a container another name",
    load: async () => (await import("./commands/rename.js")).rename,
  },
  rm: {
    summary: "Remove containers",
    load: async () => (await import("./commands/rm.js")).rm,
  },
};

/** Every command of `dockher` by its words. */
export const COMMANDS: CommandTable = {
  ...CONTAINER_COMMANDS,
  image: {
    summary: "Make, list and remove images",
    entries: {
      bootstrap: {
        summary: "Make a built-in image on this machine",
        load: async () => (await import("./commands/image-bootstrap.js")).imageBootstrap,
      },
      ls: {
        summary: "List images",
        load: async () => (await import("./commands/image-ls.js")).imageLs,
      },
      inspect: {
        summary: "Show an image's configuration as JSON",
        load: async () => (await import("./commands/image-inspect.js")).imageInspect,
      },
      rm: {
        summary: "Remove images",
        load: async () => (await import("./commands/image-rm.js")).imageRm,
      },
      prune: {
        summary: "Remove images that no container has",
        load: async () => (await import("./commands/image-prune.js")).imagePrune,
      },
    },
  },
  volume: {
    summary: "Make, list and remove volumes",
    entries: {
      create: {
        summary: "Make a volume",
        load: async () => (await import("./commands/volume-create.js")).volumeCreate,
      },
      ls: {
        summary: "List volumes",
        load: async () => (await import("./commands/volume-ls.js")).volumeLs,
      },
      inspect: {
        summary: "Show volumes as JSON",
        load: async () => (await import("./commands/volume-inspect.js")).volumeInspect,
      },
      rm: {
        summary: "Remove volumes",
        load: async () => (await import("./commands/volume-rm.js")).volumeRm,
      },
      prune: {
        summary: "Remove volumes that no container uses",
        load: async () => (await import("./commands/volume-prune.js")).volumePrune,
      },
    },
  },
  container: {
    summary: "Tidy up containers; their other commands go behind this word too",
    entries: {
      ...hideAll(CONTAINER_COMMANDS),
      ls: {
        summary: "As `ps`",
        hidden: true,
        load: async () => (await import("./commands/ps.js")).ps,
      },
      prune: {
        summary: "Remove containers that do not run",
        load: async () => (await import("./commands/container-prune.js")).containerPrune,
      },
    },
  },
  system: {
    summary: "Show what is on disk, and tidy up",
    entries: {
      df: {
        summary: "Show what there is on disk",
        load: async () => (await import("./commands/system-df.js")).systemDf,
      },
      events: {
        summary: "As `events`",
        hidden: true,
        load: async () => (await import("./commands/events.js")).events,
      },
      info: {
        summary: "As `info`",
        hidden: true,
        load: async () => (await import("./commands/info.js")).info,
      },
      prune: {
        summary: "Remove what nobody uses",
        load: async () => (await import("./commands/system-prune.js")).systemPrune,
      },
    },
  },
  images: {
    summary: "As `image ls`",
    hidden: true,
    load: async () => (await import("./commands/image-ls.js")).imageLs,
  },
  rmi: {
    summary: "As `image rm`",
    hidden: true,
    load: async () => (await import("./commands/image-rm.js")).imageRm,
  },
  events: {
    summary: "Show what happens to containers",
    load: async () => (await import("./commands/events.js")).events,
  },
  doctor: {
    summary: "Say what this machine can do, and how to mend what it can't",
    load: async () => (await import("./commands/doctor.js")).doctor,
  },
  info: {
    summary: "Show this machine and this installation",
    load: async () => (await import("./commands/info.js")).info,
  },
  version: {
    summary: "Show the versions",
    load: async () => (await import("./commands/version.js")).version,
  },
  completion: {
    summary: "Print a completion script for bash, zsh or fish",
    load: async () => (await import("./commands/completion.js")).completion,
  },
  __finish: {
    summary: "Tidy up after a container",
    hidden: true,
    load: async () => (await import("./commands/finish.js")).finish,
  },
  __complete: {
    summary: "Print what may come next",
    hidden: true,
    load: async () => (await import("./commands/complete.js")).complete,
  },
};

function hideAll(table: CommandTable): CommandTable {
  return Object.fromEntries(
    Object.entries(table).map(([name, entry]) => [name, { ...entry, hidden: true }]),
  );
}
