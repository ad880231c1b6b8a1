import { finishContainer } from "@dockher/runtime";
import { type Command, defineCommand } from "../command.js";

/** The hidden command that a monitor runs when its container has ended. */
export const finish: Command = defineCommand({
  usage: "__finish ROOT ID",
  summary: "Tidy up after a container that has ended.",
  options: {},
  execute: async ({ operands: [root = "", container = ""] }) => {
    await finishContainer({ container, directories: { root } });
    return 0;
  },
});
