// When the demo ends: told by a signal, or left alone by a make that was killed.

const LOOK_EVERY_MS = 500;

/** Ends this process with its children when its parent is gone, so that a killed make leaves nothing behind. */
export function whenOrphaned(self: NodeJS.Process): void {
  const parent = self.ppid;
  const timer = setInterval(() => {
    // The children hang on pipes that only this process holds, and the janitor removes the folder.
    if (self.ppid !== parent) self.exit(1);
  }, LOOK_EVERY_MS);
  timer.unref();
}

/** Resolves with the signal at Ctrl-C or SIGTERM. */
export async function untilTold(): Promise<NodeJS.Signals> {
  const alive = setInterval(() => undefined, 60_000);
  const told = await new Promise<NodeJS.Signals>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(signal));
  });
  clearInterval(alive);
  return told;
}
