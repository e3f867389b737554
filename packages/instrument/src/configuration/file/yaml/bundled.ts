import * as yaml from 'yaml';
import type * as onDemand from './on-demand.ts';
// For those who copy the files that an application needs; see `#sdk`.
import './on-demand.ts';

// What `#yaml` is to bundlers, which follow imports only.
export const loadYaml: typeof onDemand.loadYaml = () => yaml;
