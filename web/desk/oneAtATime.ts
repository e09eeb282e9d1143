/**
 * `read` at once; while one is under way, once more after it, for all who asked meanwhile. Whoever asks sees what was
 * true when they asked, and a slow server is never asked twice at the same time.
 */
export function oneAtATime(read: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  let next: Promise<void> | null = null;
  return function ask(): Promise<void> {
    if (!running) return (running = read().finally(() => (running = null)));
    return (next ??= running
      .catch(() => undefined)
      .then(() => {
        next = null;
        return ask();
      }));
  };
}
