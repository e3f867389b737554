import { visibleText } from '@org/instrument-core';

/** Shortest part of a header that is taken out: shorter ones are in many texts, and no secrets. */
const LEAST_SECRET_LENGTH = 6;

/**
 * What a receiver said, for messages: control characters made visible, and without the values of the headers that it was sent,
 * which some send back.
 */
export function receiverText(text: string, headers: Readonly<Record<string, string>>): string {
  const secrets = Object.values(headers)
    // `Bearer` and what stands behind it.
    .flatMap((value) => [value, ...value.split(' ')])
    .filter((part) => part.length >= LEAST_SECRET_LENGTH)
    .sort((a, b) => b.length - a.length);
  return visibleText(secrets.reduce((shown, secret) => shown.replaceAll(secret, '[redacted]'), text));
}
