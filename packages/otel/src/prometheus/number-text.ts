/** A sample's value as text: JavaScript's shortest form, which Prometheus reads exactly; infinities are `+Inf`, `-Inf`. */
export function valueText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  return String(value);
}

// Go's %g switches to exponents below 1e-4 and, for the shortest form, from 1e+06 (strconv, `FormatFloat`).
const MIN_PLAIN_EXPONENT = -4;
const EXPONENT_FROM = 6;

/**
 * A number as OpenMetrics wants it in `le`: as Go's `%g` writes it, with `.0` behind whole numbers — `1.0`, `0.005`,
 * `1e+06`, `1e-05` (OpenMetrics 1.0.0, "Considerations: Canonical Numbers").
 */
export function canonicalText(value: number): string {
  if (!Number.isFinite(value)) return valueText(value);
  if (value === 0) return '0.0';
  const [mantissa = '', power = '0'] = value.toExponential().split('e');
  const exponent = Number(power);
  if (exponent < MIN_PLAIN_EXPONENT || exponent >= EXPONENT_FROM) {
    const size = String(Math.abs(exponent)).padStart(2, '0');
    return `${mantissa}e${exponent < 0 ? '-' : '+'}${size}`;
  }
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

/** Unix time in milliseconds as OpenMetrics writes time: seconds, with the milliseconds behind the point. */
export function secondsText(millis: number): string {
  const whole = Math.floor(millis / 1000);
  const rest = Math.floor(millis - whole * 1000);
  return rest === 0 ? String(whole) : `${whole}.${String(rest).padStart(3, '0')}`;
}
