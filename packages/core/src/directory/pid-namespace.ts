import { readFileSync, readlinkSync } from 'node:fs';

/** The namespace of the machine itself, on every machine (PROC_PID_INIT_INO, include/linux/proc_ns.h). */
const OF_MACHINE = 'pid:[4026531836]';

/**
 * Names the PID namespace that this process is in (pid_namespaces(7)): a pid means the same process only within one.
 * That of a container comes with the boot (random(4)), since its number is used again, by other machines too; that of
 * the machine itself comes alone, so that a process of before a reboot is seen to be gone. `undefined` where there
 * are none.
 */
export function pidNamespace(): string | undefined {
  try {
    const name = readlinkSync('/proc/self/ns/pid');
    return name === OF_MACHINE ? name : `${name} ${bootId() ?? ''}`;
  } catch {
    return undefined;
  }
}

/** Whether others of this machine may have pids that mean nothing here. */
export function isInContainer(): boolean {
  const name = pidNamespace();
  return name !== undefined && name !== OF_MACHINE;
}

/** Names the kernel that is running, and no other: of this machine, since it was booted. `undefined` where none does. */
export function bootId(): string | undefined {
  try {
    const text = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    return text === '' ? undefined : text;
  } catch {
    return undefined;
  }
}
