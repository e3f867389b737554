/** Ends this process, which was forked, when the one that has forked it is gone, or has gone while this one was loaded. */
export function endWithParent(): void {
  process.on('disconnect', () => process.exit());
  // Nobody heard of it then. Without a channel to a parent it is undefined.
  if (process.connected === false) process.exit();
}

/**
 * Tells the process that has forked this one. Resolves when it is handed over, or nobody is there any more: that is no failure, and
 * without a callback Node may throw it from nowhere.
 */
export function tellParent<Message extends object>(message: Message): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined) resolve();
    else process.send(message, () => resolve());
  });
}
