/** Ends this process, which was forked, when the one that has forked it is gone, or has gone while this one was loaded. */
export function endWithParent(): void {
  process.on('disconnect', () => process.exit());
  // Nobody heard of it then. Without a channel to a parent it is undefined.
  if (process.connected === false) process.exit();
}
