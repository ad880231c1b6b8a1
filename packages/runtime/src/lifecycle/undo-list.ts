/** Gets what has failed before it. */
export type UndoStep = (failures: readonly unknown[]) => Promise<void> | void;

/**
 * What has to be undone, last made first: AsyncDisposableStack, which Node 20 lacks, as far as it is needed here.
 */
export class UndoList {
  readonly #steps: UndoStep[] = [];

  push(step: UndoStep): void {
    this.#steps.push(step);
  }

  /** Undoes everything, even where a step fails, and resolves to what failed. */
  async run(): Promise<unknown[]> {
    const failures: unknown[] = [];
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      try {
        await step(failures);
      } catch (error) {
        failures.push(error);
      }
    }
    return failures;
  }
}
