/** A template as a tree. Positions are `offset` and `text`, what is written there, for errors. */
export type Node =
  | { kind: "text"; text: string }
  /** An action that prints. */
  | { kind: "print"; pipeline: Pipeline }
  | Branch
  | { kind: "break" | "continue" };

export interface Branch {
  kind: "if" | "with" | "range";
  pipeline: Pipeline;
  body: Node[];
  otherwise: Node[];
}

export interface Written {
  offset: number;
  text: string;
}

/** `$a, $b := command | command`: each command's result is the last argument of the next. */
export interface Pipeline extends Written {
  variables: string[];
  /** Whether the variables are there already: `=` instead of `:=`. */
  assigns: boolean;
  commands: Command[];
}

/** A value, or what is called and its arguments. */
export interface Command extends Written {
  operands: [Operand, ...Operand[]];
}

export interface Field {
  name: string;
  offset: number;
}

export type Operand = Written &
  (
    | { kind: "dot" | "nil" }
    | { kind: "literal"; value: string | number | boolean }
    | { kind: "variable"; name: string }
    | { kind: "function"; name: string }
    | { kind: "pipeline"; pipeline: Pipeline }
    /** `base.A.B` */
    | { kind: "chain"; base: Operand; fields: Field[] }
  );
