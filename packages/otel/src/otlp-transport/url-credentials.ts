/** A URL, and what is in it to prove who asks. */
export interface SplitUrl {
  readonly bareUrl: string;
  /** Value of the header of that name ("Basic", RFC 7617); `undefined` where the URL names nobody. */
  readonly authorization: string | undefined;
}

/** Takes `user:password@` out of a URL, as a header that every protocol knows. What is no URL stays as it is. */
export function splitCredentials(url: string): SplitUrl {
  const { username, password } = URL.canParse(url) ? new URL(url) : { username: '', password: '' };
  if (username === '' && password === '') return { bareUrl: url, authorization: undefined };
  const credentials = Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64');
  const { href } = Object.assign(new URL(url), { username: '', password: '' });
  return { bareUrl: href, authorization: `Basic ${credentials}` };
}

/** Percent-decoded; a `%` that begins no byte stands for itself (URL Standard, "percent-decode"). */
export function decoded(text: string): string {
  return text.replace(/(?:%[\da-f]{2})+/gi, (bytes) =>
    Buffer.from(bytes.replaceAll('%', ''), 'hex').toString(),
  );
}
