export function seeThroughIndexes(
  module: { code: string; path: string },
  locate: (specifier: string, importer: string) => Promise<string>,
): Promise<string>;
