import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** A file that is written from its end on. */
export interface OpenFile {
  /** Writes all bytes from a position on. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  /** Brings what was written to disk. */
  sync(): Promise<void>;
  truncate(length: number): Promise<void>;
  close(): Promise<void>;
}

/** Where segments are opened. */
export interface Disk {
  /** Opens a file for writing; it is made when it is not there. */
  open(path: string): Promise<OpenFile>;
}

/** The disk of the machine. Not opened to append: Linux ignores the position of a write then. */
export const disk: Disk = {
  open: async (path) => openFile(await open(path, constants.O_RDWR | constants.O_CREAT)),
};

function openFile(handle: FileHandle): OpenFile {
  return {
    async write(bytes, position) {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
        done += bytesWritten;
      }
    },
    sync: () => handle.datasync(),
    truncate: (length) => handle.truncate(length),
    close: () => handle.close(),
  };
}

/** A disk that can be full for a while. */
export interface FaultyDisk extends Disk {
  /** From now on it takes half of what is written, and fails; `false` ends that. */
  isFull: boolean;
  /** Writes that failed so far. */
  readonly failures: number;
}

/** A layer over a disk that fails as a full one does: with a part of the bytes written. */
export function createFaultyDisk(below: Disk): FaultyDisk {
  const faulty = {
    isFull: false,
    failures: 0,
    async open(path: string): Promise<OpenFile> {
      const file = await below.open(path);
      return {
        ...file,
        async write(bytes, position) {
          if (!faulty.isFull) return file.write(bytes, position);
          await file.write(bytes.subarray(0, bytes.length >> 1), position);
          faulty.failures++;
          throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
        },
      };
    },
  };
  return faulty;
}
