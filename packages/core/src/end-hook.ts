import { reportFault } from './fault/report-fault.ts';

/**
 * Makes what calls functions when the process ends (`exit`: by itself or by `process.exit`) or has run out of work (`beforeExit`:
 * what they begin is work, behind which they are called again), each until the function that is returned for it is called. However
 * many there are, the process has one listener for them; one that throws is reported, and the others are called all the same.
 *
 * @param component who is at fault, and `what` failed, for {@link reportFault}.
 */
export function createEndHook(
  event: 'exit' | 'beforeExit',
  component: string,
  what: string,
): (call: () => void) => () => void {
  const calls = new Set<() => void>();
  const callAll = (): void => {
    for (const call of calls) {
      try {
        call();
      } catch (error) {
        reportFault(component, what, error);
      }
    }
  };
  return (call) => {
    if (calls.size === 0) process.on(event, callAll);
    calls.add(call);
    return () => {
      calls.delete(call);
      if (calls.size === 0) process.off(event, callAll);
    };
  };
}
