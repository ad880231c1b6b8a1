/**
 * Raw mode: every key goes to the container. Who stops this process by job control has the terminal as it was meanwhile, and
 * it is raw again when it goes on. Disposing brings it back; Node itself does at any exit but those by SIGKILL.
 */
export function enterRawMode(): Disposable {
  const { stdin } = process;
  const goOn = (): void => {
    // Who had the terminal meanwhile may have changed it, which Node does not know.
    stdin.setRawMode(false);
    stdin.setRawMode(true);
    // Of a new size only they were told.
    process.emit("SIGWINCH", "SIGWINCH");
  };
  const stop = (): void => {
    stdin.setRawMode(false);
    process.kill(process.pid, "SIGSTOP");
  };
  stdin.setRawMode(true);
  process.on("SIGCONT", goOn);
  process.on("SIGTSTP", stop);
  return {
    [Symbol.dispose]: () => {
      process.off("SIGCONT", goOn);
      process.off("SIGTSTP", stop);
      stdin.setRawMode(false);
    },
  };
}
