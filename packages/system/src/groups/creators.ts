import type { CreateGroup } from '../group.ts';
import type { GroupName } from '../settings.ts';
import { createBuild } from './build.ts';
import { createContainer } from './container.ts';
import { createCpu } from './cpu.ts';
import { createDisk } from './disk.ts';
import { createEventLoop } from './event-loop.ts';
import { createFilesystem } from './filesystem.ts';
import { createGc } from './gc.ts';
import { createHandles } from './handles.ts';
import { createHeap } from './heap.ts';
import { createLoad } from './load.ts';
import { createMemory } from './memory.ts';
import { createNetwork } from './network.ts';
import { createPaging } from './paging.ts';
import { createProcess } from './process.ts';

/** How each group is made. */
export const CREATORS: Readonly<Record<GroupName, CreateGroup>> = {
  cpu: createCpu,
  memory: createMemory,
  load: createLoad,
  paging: createPaging,
  disk: createDisk,
  filesystem: createFilesystem,
  network: createNetwork,
  process: createProcess,
  eventLoop: createEventLoop,
  gc: createGc,
  heap: createHeap,
  handles: createHandles,
  container: createContainer,
  build: createBuild,
};
