import { unescapeOctal } from './unescape-octal.ts';

/** A mounted file system. */
export interface Mount {
  /** Major and minor number of the device: the same for all mounts of a file system. */
  readonly id: string;
  readonly mountpoint: string;
  readonly mode: 'rw' | 'ro';
  readonly type: string;
  readonly device: string;
}

/**
 * Reads `/proc/self/mountinfo` (proc_pid_mountinfo(5)):
 * `36 35 98:0 /root /mountpoint rw,noatime master:1 - ext3 /dev/root rw`, with any number of fields before the dash.
 */
export function parseMountinfo(text: string): Mount[] | undefined {
  const mounts = text.split('\n').flatMap((line) => {
    const [left = '', right = ''] = splitAtDash(line);
    const [, , id, , mountpoint, options] = left.split(' ');
    const [type, device] = right.split(' ');
    if (
      id === undefined ||
      mountpoint === undefined ||
      options === undefined ||
      !type ||
      device === undefined
    ) {
      return [];
    }
    const mode = options.split(',').includes('ro') ? ('ro' as const) : ('rw' as const);
    return [{ id, mountpoint: unescapeOctal(mountpoint), mode, type, device: unescapeOctal(device) }];
  });
  return mounts.length === 0 ? undefined : mounts;
}

function splitAtDash(line: string): [string, string] | [] {
  const dash = line.indexOf(' - ');
  return dash < 0 ? [] : [line.slice(0, dash), line.slice(dash + 3)];
}
