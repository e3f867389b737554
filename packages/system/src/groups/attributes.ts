// Attributes that several groups tell the same things with.

export const USER_CPU = { 'cpu.mode': 'user' } as const;
export const SYSTEM_CPU = { 'cpu.mode': 'system' } as const;

export const MINOR_FAULT = { 'system.paging.fault.type': 'minor' } as const;
export const MAJOR_FAULT = { 'system.paging.fault.type': 'major' } as const;
