import { RootfsError } from "./error.js";

/** The name of an image as people write it: `debian`, `debian:bookworm`. */
export interface ImageReference {
  name: string;
  tag: string;
}

// The components of the OCI distribution specification's grammar, without a registry and a path.
const NAME = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const NAME_LIMIT = 128;
const DEFAULT_TAG = "latest";

/**
 * Reads `name[:tag]`; the tag is `latest` where none is given.
 * @throws RootfsError `IMAGE_REFERENCE_INVALID`
 */
export function parseReference(text: string): ImageReference {
  const colon = text.indexOf(":");
  const name = colon < 0 ? text : text.slice(0, colon);
  const tag = colon < 0 ? DEFAULT_TAG : text.slice(colon + 1);
  if (name.length > NAME_LIMIT || !NAME.test(name)) {
    throw refuseReference(text, `the name ${JSON.stringify(name)} is not valid`);
  }
  if (!TAG.test(tag)) throw refuseReference(text, `the tag ${JSON.stringify(tag)} is not valid`);
  return { name, tag };
}

/** The full form of a reference, with its tag. */
export function formatReference(reference: ImageReference): string {
  return `${reference.name}:${reference.tag}`;
}

function refuseReference(text: string, reason: string): RootfsError {
  return new RootfsError(`failed to parse image ${JSON.stringify(text)}: ${reason}`, {
    code: "IMAGE_REFERENCE_INVALID",
    hint: "write NAME or NAME:TAG in lower case, such as debian or debian:bookworm",
  });
}
