import { type ContainerTarget, removeContainer } from "@dockher/runtime";

/** Does something to a container that was just created; one to which it cannot be done does not stay. */
export async function removeUnless<Result>(
  target: ContainerTarget,
  act: () => Promise<Result>,
): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    await removeContainer({ ...target, force: true, volumes: true });
    throw error;
  }
}
