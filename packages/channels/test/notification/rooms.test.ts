import { describe, expect, it } from 'vitest';
import { say } from './reading.ts';

describe('the other rooms', () => {
  it.each([
    [
      'execution.failed',
      {
        name: 'import',
        run: 'r1',
        outcome: 'failed',
        processed: 1200,
        failed: 3,
        total: 5000,
        chunks: 2,
        durationMillis: 200_000,
        ratePerSecond: 6,
        errorType: 'TypeError',
        reason: 'x is undefined',
      },
      {
        severity: 'error',
        key: 'execution/import',
        title: 'import failed after 3 min 20 s: x is undefined',
        text: 'Items: 1,200 of 5,000 processed, 3 failed\nChunks: 2\nRate: 6 items/s\nRun: r1',
      },
    ],
    [
      'execution.completed',
      {
        name: 'import',
        run: 'r1',
        processed: 5,
        failed: 1,
        total: 5,
        chunks: 0,
        durationMillis: 900,
        errorType: 'none',
      },
      { severity: 'warning', title: 'import completed with 1 failed item after 900 ms' },
    ],
    [
      'execution.completed',
      { name: 'import', processed: 5, failed: 0, errorType: 'none' },
      { severity: 'info', title: 'import completed' },
    ],
    [
      'execution.worker.ended',
      {
        name: 'pool',
        worker: 'w1',
        running: 2,
        reason: 'exited',
        exitCode: 9,
        errorType: 'none',
        durationMillis: 5,
      },
      { severity: 'warning', title: 'pool: worker w1 exited after 5 ms: exit code 9' },
    ],
    [
      'execution.worker.ended',
      {
        name: 'pool',
        worker: 'w1',
        reason: 'failed',
        errorType: 'RangeError',
        error: { type: 'RangeError', message: 'bad row' },
      },
      { severity: 'warning', title: 'pool: worker w1 failed: RangeError: bad row' },
    ],
    [
      'execution.completed',
      { name: 'nightly', processed: 5, failed: 2, error: { type: 'RangeError', message: 'bad row' } },
      {
        title: 'nightly completed with 2 failed items: RangeError: bad row',
        text: 'Items: 5 processed, 2 failed',
      },
    ],
    [
      'execution.completed',
      { name: 'nightly', processed: 5, failed: 1, firstError: 'bad row' },
      { title: 'nightly completed with 1 failed item: bad row' },
    ],
    [
      'execution.failed',
      { name: 'nightly', reason: 'too many failed', error: { type: 'RangeError', message: 'bad row' } },
      {
        title: 'nightly failed: too many failed',
        text: 'First error: RangeError: bad row\nItems: 0 processed',
      },
    ],
    [
      'execution.failed',
      { name: 'nightly', reason: 'bad row', error: { type: 'RangeError', message: 'bad row' } },
      { title: 'nightly failed: bad row', text: 'Items: 0 processed' },
    ],
    [
      'execution.chunk.completed',
      { name: 'import', chunk: 4, items: 10, failed: 0, success: true, durationMillis: 10 },
      { severity: 'info', title: 'import: chunk 4 completed after 10 ms' },
    ],
    [
      'pipeline.error',
      {
        pipeline: 'home',
        component: 'writer',
        type: 'TimeoutError',
        severity: 'warning',
        reason: 'too slow',
      },
      {
        severity: 'warning',
        key: 'pipeline/home/writer',
        title: 'home: writer failed with TimeoutError: too slow',
      },
    ],
    [
      'pipeline.circuit.changed',
      { pipeline: 'home', circuit: 'influx', from: 'closed', to: 'open' },
      { severity: 'error', phase: 'triggered', key: 'pipeline/home/circuit/influx' },
    ],
    [
      'pipeline.connection.changed',
      { pipeline: 'home', connection: 'mqtt', from: 'reconnecting', to: 'connected' },
      { severity: 'warning', phase: 'resolved', key: 'pipeline/home/connection/mqtt' },
    ],
    [
      'pipeline.connection.changed',
      { pipeline: 'home', connection: 'mqtt', from: 'disconnected', to: 'connecting' },
      { severity: 'info', phase: 'occurred' },
    ],
    [
      'channel.circuit.changed',
      { channel: 'ops', from: 'closed', to: 'open', reason: 'Slack answered 500' },
      {
        severity: 'warning',
        phase: 'triggered',
        key: 'channel/ops',
        title: 'The channel ops cannot deliver, and is left alone for a while: Slack answered 500',
      },
    ],
    [
      'channel.notification.dead',
      {
        channel: 'ops',
        reason: 'deadline',
        attempts: 4,
        error: 'Slack answered 500',
        notification: { title: 'database is unhealthy' },
      },
      {
        severity: 'error',
        title: 'A notification to ops was given up: its deadline was over',
        text: 'database is unhealthy\nLast failure: Slack answered 500',
      },
    ],
    [
      'channel.delivery.failed',
      { channel: 'ops', attempt: 2, error: 'no', retryInMillis: 4000 },
      {
        severity: 'warning',
        title: 'Delivery to ops failed at attempt 2: no',
        text: 'It is tried again in 4 s.',
      },
    ],
    [
      'performance.operation.complete',
      { operation: 'orders.place', durationMillis: 12, success: false, errorType: 'TypeError' },
      {
        severity: 'warning',
        key: 'performance/orders.place',
        title: 'orders.place failed after 12 ms: TypeError',
      },
    ],
    [
      'performance.phase.start',
      { operation: 'orders.place' },
      { severity: 'info', title: 'orders.place has begun' },
    ],
  ] as const)('%s', (event, payload, expected) => {
    expect(say(event, payload)).toMatchObject(expected);
  });
});
