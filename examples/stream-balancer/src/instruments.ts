import {
  type BindableCounter,
  type BindableHistogram,
  type BindableUpDownCounter,
  getMeter,
} from '@org/instrument';

const meter = getMeter('stream-balancer');

/** Streams that are open. */
export const openStreams: BindableUpDownCounter = meter.createUpDownCounter('balancer.streams', {
  description: 'Streams that are open.',
});

/** Frames by `outcome`: `received`, `answered`, `replayed` (sent to a second worker). */
export const frames: BindableCounter = meter.createCounter('balancer.frames', {
  description: 'Frames received from clients, answered to them, and replayed to another worker.',
});

/** Streams given to another worker, by `reason`. */
export const moves: BindableCounter = meter.createCounter('balancer.moves', {
  description: 'Streams given to another worker, by reason.',
});

/** Worker processes started in the place of others, by `worker`. */
export const respawns: BindableCounter = meter.createCounter('balancer.respawns', {
  description: 'Worker processes started in the place of others.',
});

/** Time from a frame's arrival to its answer, moves included. */
export const answerDuration: BindableHistogram = meter.createHistogram('balancer.answer.duration', {
  description: 'Time from the arrival of a frame to its answer, moves included.',
  unit: 's',
});
