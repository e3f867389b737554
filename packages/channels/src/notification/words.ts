/** A number as people read it. */
export function count(value: number): string {
  return value.toLocaleString('en-GB', { maximumFractionDigits: 2 });
}

/** How long something took, in the unit that people would say it in. */
export function describeMillis(millis: number): string {
  if (!(millis >= 0)) return `${count(millis)} ms`;
  if (millis < 1_000) return `${count(millis < 10 ? millis : Math.round(millis))} ms`;
  const seconds = millis / 1_000;
  if (seconds < 60) return `${count(Math.round(seconds * 10) / 10)} s`;
  const whole = Math.round(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3_600), Math.floor(whole / 60) % 60, whole % 60];
  const parts = hours > 0 ? [`${count(hours)} h`, `${minutes} min`] : [`${minutes} min`, `${rest} s`];
  return parts.filter((part) => !part.startsWith('0 ')).join(' ');
}

/** A sentence with what is behind the colon, where there is something. */
export function withReason(sentence: string, reason: string | undefined): string {
  return reason === undefined ? sentence : `${sentence}: ${reason}`;
}

/** Lines that have something to say. */
export function lines(...all: readonly (string | undefined)[]): string {
  return all.filter((line) => line !== undefined && line !== '').join('\n');
}

/** Names as part of a sentence: `a`, `a and b`, `a, b and c`. */
export function list(names: readonly string[]): string {
  if (names.length < 2) return names[0] ?? '';
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
