/** How bad something is: an error of a pipeline, what a notification tells of. */
export type Severity = 'info' | 'warning' | 'error' | 'critical';

/** Severities, least first. */
export const SEVERITIES: readonly Severity[] = ['info', 'warning', 'error', 'critical'];
