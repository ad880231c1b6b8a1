import { type Command, defineCommand } from "../command.js";
import { UsageError } from "../error.js";

/** Each asks `dockher __complete` for what may come next, and falls back to file names where nothing is said. */
const SCRIPTS: Readonly<Record<string, string>> = {
  bash: `_dockher() {
  local IFS=$'\\n'
  COMPREPLY=($(dockher __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
  if [[ \${COMPREPLY[0]} == *= ]]; then compopt -o nospace 2>/dev/null; fi
}
complete -o default -o bashdefault -F _dockher dockher`,
  zsh: `#compdef dockher
_dockher() {
  local -a candidates
  candidates=("\${(@f)$(dockher __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  candidates=(\${candidates:#})
  if (( \${#candidates} )); then compadd -- "\${candidates[@]}"; else _files; fi
}
compdef _dockher dockher`,
  fish: `function __dockher_complete
  set -l words (commandline -opc) (commandline -ct)
  dockher __complete -- $words[2..-1] 2>/dev/null
end
complete -c dockher -a '(__dockher_complete)'`,
};

export const completion: Command = defineCommand({
  usage: "completion bash|zsh|fish",
  summary: "Print a script that completes commands, options and images in your shell.",
  options: {},
  examples: [
    { summary: "bash, now", line: "source <(dockher completion bash)" },
    {
      summary: "fish, for good",
      line: "dockher completion fish > ~/.config/fish/completions/dockher.fish",
    },
  ],
  execute: async ({ operands }, { print }) => {
    const [shell] = operands;
    const script = Object.hasOwn(SCRIPTS, shell ?? "") ? SCRIPTS[shell ?? ""] : undefined;
    if (script === undefined || operands.length > 1) {
      throw new UsageError(
        `failed to complete for "${operands.join(" ")}": there is no such shell`,
        {
          code: "UNKNOWN_SHELL",
          hint: "dockher completion bash, zsh or fish",
        },
      );
    }
    print(script);
    return 0;
  },
});
