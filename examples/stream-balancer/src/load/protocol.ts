import type { DurationFigures } from '../durations.ts';

/** What the load generator is started with, as JSON in its first argument. */
export interface LoadSetup {
  /** Where the orchestrator takes streams. */
  readonly port: number;
  readonly streams: number;
  /** Frames per second and stream. */
  readonly rate: number;
}

/** What the load generator has seen. */
export interface LoadFigures {
  /** Frames made; one that is sent again counts once. */
  readonly sent: number;
  /** Answers that came in their turn. */
  readonly answered: number;
  /** Answers with the right digest. */
  readonly verified: number;
  /** Answers with a wrong one. */
  readonly wrong: number;
  /** Answers to frames that had one already. */
  readonly duplicates: number;
  /** Answers that came before those of earlier frames. */
  readonly outOfOrder: number;
  /** Frames sent again on a new connection. */
  readonly resent: number;
  /** Connections opened in the place of broken ones. */
  readonly reconnects: number;
  /** Streams that are connected. */
  readonly connected: number;
  /** From the first sending of a frame to its answer. */
  readonly latency: DurationFigures;
}

/** The orchestrator asks for no more frames, and for those under way to be finished. */
export interface LoadStop {
  readonly kind: 'stop';
}

/** What the load generator tells: how it goes, four times a second, and how it went. */
export interface LoadMessage {
  readonly kind: 'progress' | 'done';
  readonly figures: LoadFigures;
}
