const STRUCK = '[…]';
/** Shorter parts are words of every sentence: struck out they would make a message unreadable, and are not what is secret. */
const MIN_PART_LENGTH = 6;

/** Puts a mark in place of secrets. */
export type Strike = (text: string) => string;

/**
 * What takes secrets out of text that a receiver has sent: some quote the address, the headers or the body that they got.
 * Looks for the secrets themselves, and as they look in URLs, JSON and base64, in upper and lower case.
 */
export function striking(url: URL, secrets: readonly string[]): Strike {
  const forms = new Set<string>();
  for (const secret of [...partsOf(url), ...secrets]) {
    for (const form of formsOf(secret)) if (form !== '') forms.add(form);
  }
  if (forms.size === 0) return (text) => text;
  // Longest first: a part of what is struck must not save the rest of it.
  const sources = [...forms].sort((a, b) => b.length - a.length).map(quoted);
  const pattern = new RegExp(sources.join('|'), 'gi');
  return (text) => text.replace(pattern, STRUCK);
}

/** The parts of an address beyond its origin: those of webhooks are their password. */
function partsOf(url: URL): string[] {
  const values = [...url.searchParams.values(), url.username, url.password, url.hash.slice(1)];
  const segments = [...url.pathname.split('/'), ...values].filter((part) => part.length >= MIN_PART_LENGTH);
  const whole = `${url.pathname}${url.search}`;
  return [whole, url.pathname, url.search].filter((part) => part.length > 1).concat(segments);
}

function formsOf(secret: string): string[] {
  return [
    secret,
    decoded(secret),
    encodeURIComponent(secret.toWellFormed()),
    JSON.stringify(secret).slice(1, -1),
    // The last characters of base64 depend on what follows.
    ...(secret.length < MIN_PART_LENGTH
      ? []
      : [
          Buffer.from(secret)
            .toString('base64')
            .replace(/.?.?=*$/, ''),
        ]),
  ];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function quoted(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
