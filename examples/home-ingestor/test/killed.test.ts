import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../../test/support/until.ts';
import { type BrokerProcess, startBroker } from '../src/broker/process.ts';
import { endChild, messageFrom, startChild } from '../src/child.ts';
import { type DevicesProcess, startDevices } from '../src/devices/process.ts';
import { verifyFiles } from '../src/verify/files.ts';
import { segmentPath, segmentsOf } from '../src/write/segments.ts';
import { type Bundle, bundle } from './support/bundle.ts';
import { freshDirectory } from './support/directory.ts';

let scripts: Bundle;
let broker: BrokerProcess | undefined;
let devices: DevicesProcess | undefined;
let ingestor: ChildProcess | undefined;

beforeAll(async () => {
  scripts = await bundle();
});

afterAll(() => scripts.remove());

afterEach(async () => {
  await devices?.kill();
  if (ingestor !== undefined) await endChild(ingestor);
  await broker?.stop();
});

describe('an ingestor that is killed again and again', () => {
  it('loses nothing, and writes nothing twice', async () => {
    const directory = freshDirectory();
    broker = await startBroker(scripts.broker);
    const setup = { broker: broker.url, directory };
    const startIngestor = async (): Promise<ChildProcess> => {
      const child = startChild(scripts.ingestor, setup);
      await messageFrom(child, 'the ingestor', () => true);
      return child;
    };
    const written = async (): Promise<number> => {
      const sizes = (await segmentsOf(directory)).map(
        (segment) => statSync(segmentPath(directory, segment)).size,
      );
      return sizes.reduce((sum, size) => sum + size, 0);
    };
    ingestor = await startIngestor();
    devices = startDevices(scripts.devices, { broker: broker.url, devices: 10, rate: 100, faults: true });
    for (let kills = 0; kills < 5; kills++) {
      const before = await written();
      await until('it has written some more', async () => (await written()) > before + 20_000);
      await endChild(ingestor);
      ingestor = await startIngestor();
    }
    // Those that were killed may all have gone on with the first one: what they had waiting was a batch, and then they were killed.
    await until('it has begun another segment', async () => (await segmentsOf(directory)).length > 1);
    const { figures, truth } = await devices.stop();
    const isComplete = async (): Promise<boolean> => (await verifyFiles(directory, truth)).lost === 0;
    await until('everything has arrived', isComplete);
    const exit = once(ingestor, 'exit');
    ingestor.send({ kind: 'stop' });
    expect(await exit).toEqual([0, null]);
    const files = await verifyFiles(directory, truth);
    expect(files).toMatchObject({ events: figures.events, lost: 0, twice: 0, wrong: 0, broken: 0 });
    expect(files.segments).toBeGreaterThan(1);
  });
});
