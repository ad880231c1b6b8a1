import { RuntimeError } from "../error.js";

/** Docker's rule, and its words (moby, volume/local/local.go); a name is also one of a file. */
const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/;
const LONGEST = 255;

/** @throws RuntimeError `INVALID_VOLUME_NAME` */
export function checkVolumeName(name: string): void {
  if (NAME.test(name) && name.length <= LONGEST) return;
  const shown = JSON.stringify(name);
  const refuse = (reason: string, hint?: string): RuntimeError =>
    new RuntimeError(`failed to name the volume ${shown}: ${reason}`, {
      code: "INVALID_VOLUME_NAME",
      hint,
    });
  if (name.length > LONGEST) throw refuse(`it is longer than ${LONGEST} characters`);
  if (name.length === 1) {
    throw refuse("volume name is too short, names should be at least two alphanumeric characters");
  }
  throw refuse(
    'it includes invalid characters for a local volume name, only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed',
    "to pass a host directory, use an absolute path",
  );
}
