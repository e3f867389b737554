import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { isEvent } from '../event/device-event.ts';
import type { DedupWindow, SeenState } from '../ingest/dedup-window.ts';
import type { WriterStart } from './segment-writer.ts';
import { readJson, readLines, segmentPath, segmentsOf, writeAtomically } from './segments.ts';

const STATE = 'window.json';

/** What the window knew when a segment was finished. */
interface SavedWindow {
  readonly segment: number;
  readonly seen: readonly SeenState[];
}

/** Keeps what the window knows, so that finished segments need not be read again. */
export async function saveWindow(directory: string, segment: number, window: DedupWindow): Promise<void> {
  const saved: SavedWindow = { segment, seen: window.state() };
  await writeAtomically(directory, STATE, JSON.stringify(saved));
}

/**
 * Fills a window with what was written before: from the state saved last, and the segments after it; from all of them when
 * there is no state. Returns where to go on.
 */
export async function resume(directory: string, window: DedupWindow): Promise<WriterStart> {
  await mkdir(directory, { recursive: true });
  const saved = await readJson(join(directory, STATE));
  const isUsable = isSaved(saved);
  if (isUsable) window.restore(saved.seen);
  const after = isUsable ? saved.segment : 0;
  let start: WriterStart = { segment: after + 1, length: 0 };
  for (const segment of await segmentsOf(directory)) {
    if (segment <= after) continue;
    const path = segmentPath(directory, segment);
    // What is read may be in the memory of the operating system only; copies of it will be acknowledged.
    await syncFile(path);
    const length = await readLines(path, (line) => {
      const event: unknown = parse(line);
      if (isEvent(event)) window.commit(event);
    });
    start = { segment, length };
  }
  return start;
}

function isSaved(value: unknown): value is SavedWindow {
  const saved = value as Partial<SavedWindow> | null | undefined;
  return Number.isSafeInteger(saved?.segment) && Array.isArray(saved?.seen) && saved.seen.every(isSeenState);
}

function isSeenState(value: unknown): value is SeenState {
  const seen = value as Partial<SeenState> | null;
  return (
    typeof seen?.device === 'string' &&
    Number.isSafeInteger(seen.boot) &&
    Number.isSafeInteger(seen.floor) &&
    Array.isArray(seen.above) &&
    seen.above.every(Number.isSafeInteger)
  );
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.datasync();
  } finally {
    await file.close();
  }
}
