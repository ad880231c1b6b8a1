/** A function of templates. */
export type TemplateFunction = {
  arity: readonly [least: number, most: number];
} & (
  | { call: (...args: unknown[]) => unknown; stopsAt?: never }
  /** `and`, `or`: the first argument that decides is the result, and no further one is evaluated. */
  | { call?: never; stopsAt: (value: unknown) => boolean }
);

export type FunctionTable = Readonly<Record<string, TemplateFunction>>;
