/** What can be chosen, and how many streams it has. */
export interface Load<Worker> {
  readonly worker: Worker;
  readonly streams: number;
}

/** The one with the fewest streams, the first of several; `undefined` of none. */
export function leastLoaded<Worker>(loads: readonly Load<Worker>[]): Worker | undefined {
  let least: Load<Worker> | undefined;
  for (const load of loads) if (least === undefined || load.streams < least.streams) least = load;
  return least?.worker;
}

/** One stream that is to go from one to another. */
export interface Move<Worker> {
  readonly from: Worker;
  readonly to: Worker;
}

/** The fewest moves after which no one has more than one stream more than another. */
export function evenOut<Worker>(loads: readonly Load<Worker>[]): Move<Worker>[] {
  const left = loads.map(({ worker, streams }) => ({ worker, streams }));
  const moves: Move<Worker>[] = [];
  for (;;) {
    left.sort((a, b) => a.streams - b.streams);
    const [least] = left;
    const most = left.at(-1);
    if (least === undefined || most === undefined || most.streams - least.streams <= 1) return moves;
    most.streams--;
    least.streams++;
    moves.push({ from: most.worker, to: least.worker });
  }
}
