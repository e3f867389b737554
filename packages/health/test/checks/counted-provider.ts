import { MeterProvider } from '@org/instrument-core';

/** A provider that counts how often it is asked for all its series. */
export class CountedProvider extends MeterProvider {
  snapshots = 0;

  override snapshot(): ReturnType<MeterProvider['snapshot']> {
    this.snapshots++;
    return super.snapshot();
  }
}
