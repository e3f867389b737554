import type { Kind } from '../scrape.ts';
import { HOLDERS, type HolderName } from '../series-holders.ts';
import { settledBytes } from './settled-bytes.ts';

const SERIES = 100_000;

/** Says how many bytes a series takes: those of the heap and those outside of it, typed arrays among them. */
const [name, kind] = process.argv.slice(2) as [HolderName, Kind];
const { record, collect } = await HOLDERS[name](kind, SERIES + 1);
// Once before, so that code and what there is one of do not count.
for (let i = 0; i < 100; i++) record(i);
await collect();
const before = await settledBytes();
for (let i = 100; i < SERIES + 100; i++) record(i);
await collect();
for (let i = 0; i < SERIES + 100; i++) record(i);
const after = await settledBytes();
// Used once more, so that it was not collected as garbage itself.
record(0);
process.on('disconnect', () => process.exit());
process.send?.((after - before) / SERIES);
