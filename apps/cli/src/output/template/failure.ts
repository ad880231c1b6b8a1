import { UsageError } from "../../error.js";

/** Why a function of a template can't be carried out; the caller knows where it stands in the template. */
export class FunctionFailure extends Error {}

export interface Mistake {
  template: string;
  /** Where in the template, in UTF-16 units. */
  offset: number;
  reason: string;
  hint?: string | undefined;
}

/** The error of a template that can't be read or filled in, with the line and the column, counted as Go does: from 1 and from 0. */
export function refuseTemplate({ template, offset, reason, hint }: Mistake): UsageError {
  const before = template.slice(0, offset).split("\n");
  const position = `${before.length}:${before.at(-1)?.length ?? 0}`;
  return new UsageError(
    `failed to apply --format: template parsing error: ${position}: ${reason}`.replaceAll(
      "\n",
      "\\n",
    ),
    { code: "INVALID_FORMAT", hint },
  );
}
