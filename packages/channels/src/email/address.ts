import { domainToASCII } from 'node:url';

/** A mailbox (RFC 5322, 3.4). */
export interface Address {
  /** Empty where there is none. */
  readonly name: string;
  readonly address: string;
}

/** No blanks, quotes or brackets, which need rules of their own, and which nobody's address has. */
const ADDRESS = /^[^\s@<>()[\]\\,;:"]{1,64}@[^\s@<>()[\]\\,;:"]{1,255}$/;
const NAMED = /^(?:"([^"\\<>]*)"|([^"\\<>@,;]*?))\s*<([^<>]*)>$/;

/** Reads `a@b.example` or `Name <a@b.example>`; `undefined` for anything else. */
export function parseAddress(text: string): Address | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a line end would begin another header.
  if (/[\u0000-\u001f\u007f]/.test(text)) return undefined;
  const trimmed = text.trim();
  const named = NAMED.exec(trimmed);
  const address = (named?.[3] ?? trimmed).trim();
  if (!ADDRESS.test(address)) return undefined;
  return { name: (named?.[1] ?? named?.[2] ?? '').trim(), address };
}

/** One way to write a mailbox: nodemailer writes its domain in ASCII, or in Unicode, and puts odd names in quotes. */
export function mailboxOf(address: string): string {
  const at = address.lastIndexOf('@');
  const domain = address.slice(at + 1);
  const name = address.slice(0, at).replace(/^"(.*)"$/, '$1');
  return `${name}@${(domainToASCII(domain) || domain).toLowerCase()}`;
}

/** Domain of an address, for message ids; one that ASCII cannot say is none. */
export function domainOf({ address }: Address): string {
  const domain = domainToASCII(address.slice(address.lastIndexOf('@') + 1));
  return /^[a-z0-9.-]+$/i.test(domain) ? domain : 'localhost';
}
