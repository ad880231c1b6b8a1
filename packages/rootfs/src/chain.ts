/**
 * The chain ids of layers, lowest first: what identifies a layer *on top of* those below it.
 * OCI image specification, "Layer ChainID".
 * @param diffIds the digests of the uncompressed layer archives, lowest first
 */
export async function chainLayers(diffIds: readonly string[]): Promise<string[]> {
  const chain = diffIds.slice(0, 1);
  if (diffIds.length === chain.length) return chain;
  // Starting a container of a one-layer image need not load node:crypto.
  const { digest } = await import("./digest.js");
  for (const diffId of diffIds.slice(1)) chain.push(digest(`${chain.at(-1)} ${diffId}`));
  return chain;
}
