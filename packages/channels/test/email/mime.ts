/** A mail, taken apart (RFC 5322, RFC 2045 to 2047): as much of it as a mail of ours can be. */
export interface ReceivedMail {
  /** Headers in order, unfolded and decoded, names in lower case. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly text: string;
  readonly html: string;
}

/** Value of the only header of that name. */
export function header({ headers }: ReceivedMail, name: string): string {
  const values = headers.filter(([one]) => one === name).map(([, value]) => value);
  if (values.length !== 1) throw new Error(`${values.length} headers ${name}`);
  return values[0] ?? '';
}

/** Reads a mail as it came over the wire. */
export function parseMail(raw: string): ReceivedMail {
  const [headers, body] = split(raw);
  const type = headers.find(([name]) => name === 'content-type')?.[1] ?? '';
  const boundary = /boundary="([^"]+)"/.exec(type)?.[1];
  if (boundary === undefined) throw new Error(`no boundary in ${type}`);
  const parts = body
    .split(`--${boundary}`)
    .slice(1, -1)
    .map((part) => split(part.replace(/^\r\n/, '').replace(/\r\n$/, '')));
  const of = (wanted: string): string => {
    const part = parts.find(([inner]) =>
      inner.some(([name, value]) => name === 'content-type' && value.startsWith(wanted)),
    );
    if (part === undefined) throw new Error(`no part of ${wanted}`);
    const encoding = part[0].find(([name]) => name === 'content-transfer-encoding')?.[1] ?? '7bit';
    return decode(part[1], encoding).replaceAll('\r\n', '\n');
  };
  return { headers, text: of('text/plain'), html: of('text/html') };
}

/** Longest line, without its end: RFC 5321, 4.5.3.1.6, allows for 998. */
export function longestLine(raw: string): number {
  return Math.max(...raw.split('\r\n').map((line) => Buffer.byteLength(line)));
}

function split(raw: string): [ReceivedMail['headers'], string] {
  const end = raw.indexOf('\r\n\r\n');
  const lines = raw
    .slice(0, end)
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n');
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    if (!/^[!-9;-~]+$/.test(line.slice(0, colon))) throw new Error(`no header: ${JSON.stringify(line)}`);
    return [line.slice(0, colon).toLowerCase(), words(line.slice(colon + 1).trim())];
  });
  return [headers, raw.slice(end + 4)];
}

/** Encoded words (RFC 2047); blanks between two of them do not count. */
function words(text: string): string {
  return text.replace(/(\?=)\s+(=\?)/g, '$1$2').replace(/(?:=\?utf-8\?[bq]\?[^?]*\?=)+/gi, (run) => {
    const bytes = [...run.matchAll(/=\?utf-8\?([bq])\?([^?]*)\?=/gi)].map(([, kind = '', inner = '']) =>
      kind.toLowerCase() === 'b' ? Buffer.from(inner, 'base64') : quotedPrintable(inner.replaceAll('_', ' ')),
    );
    return Buffer.concat(bytes).toString();
  });
}

function decode(body: string, encoding: string): string {
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString();
  if (encoding === 'quoted-printable') return quotedPrintable(body.replace(/=\r\n/g, '')).toString();
  return body;
}

function quotedPrintable(text: string): Buffer {
  const binary = text.replace(/=([0-9A-F]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(binary, 'latin1');
}
