import { parseArgs } from "node:util";
import { CONTENDER_NAMES, type ContenderName } from "./contender.js";
import { BenchError } from "./error.js";

export const USAGE: string = `usage: bench [options]

  --rounds N      starts of each contender in a series (default 60)
  --quick         few rounds: shows that it works, not how fast it is
  --only A,B      only these contenders: ${CONTENDER_NAMES.join(" ")}
  --json FILE     where the figures go (default results/latest.json, of a whole run only)
  --svg FILE      where the plot goes (default results/latest.svg, of a whole run only)
  --help
`;

export interface BenchOptions {
  /** Starts of each contender in the series without a gap; the others derive from it. */
  rounds: number;
  only: ReadonlySet<ContenderName>;
  json: string | undefined;
  svg: string | undefined;
}

export type BenchCommand = { action: "help" } | { action: "measure"; options: BenchOptions };

const DEFAULT_ROUNDS = 60;
const QUICK_ROUNDS = 6;
const MAXIMUM_ROUNDS = 10_000;

function parseRounds(text: string): number {
  const rounds = Number(text);
  if (!/^\d+$/.test(text) || rounds < 1 || rounds > MAXIMUM_ROUNDS) {
    throw new BenchError(`failed to parse --rounds ${text}: not from 1 to ${MAXIMUM_ROUNDS}`, {
      code: "INVALID_ARGUMENT",
    });
  }
  return rounds;
}

function isContenderName(word: string): word is ContenderName {
  return (CONTENDER_NAMES as readonly string[]).includes(word);
}

function parseOnly(text: string): Set<ContenderName> {
  const names = new Set<ContenderName>();
  for (const word of text.split(",")) {
    if (!isContenderName(word)) {
      throw new BenchError(`failed to parse --only ${text}: no contender is named "${word}"`, {
        code: "INVALID_ARGUMENT",
        hint: `the contenders are ${CONTENDER_NAMES.join(" ")}`,
      });
    }
    names.add(word);
  }
  return names;
}

function tokenize(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        rounds: { type: "string" },
        quick: { type: "boolean", default: false },
        only: { type: "string" },
        json: { type: "string" },
        svg: { type: "string" },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split(/\.? To specify/)[0] : `${cause}`;
    throw new BenchError(`failed to parse the arguments: ${reason}`, {
      code: "INVALID_ARGUMENT",
      hint: "--help lists the options",
      cause,
    });
  }
}

/**
 * @param argv What follows the program's name.
 * @param results The folder for the files of a whole run.
 * @throws BenchError `INVALID_ARGUMENT`.
 */
export function parseArguments(argv: readonly string[], results: string): BenchCommand {
  const values = tokenize(argv);
  if (values.help) return { action: "help" };
  if (values.quick && values.rounds !== undefined) {
    throw new BenchError("failed to parse the arguments: --quick and --rounds exclude each other", {
      code: "INVALID_ARGUMENT",
    });
  }
  const whole = !values.quick && values.only === undefined;
  const fallback = values.quick ? QUICK_ROUNDS : DEFAULT_ROUNDS;
  return {
    action: "measure",
    options: {
      rounds: values.rounds === undefined ? fallback : parseRounds(values.rounds),
      only: values.only === undefined ? new Set(CONTENDER_NAMES) : parseOnly(values.only),
      json: values.json ?? (whole ? `${results}/latest.json` : undefined),
      svg: values.svg ?? (whole ? `${results}/latest.svg` : undefined),
    },
  };
}
