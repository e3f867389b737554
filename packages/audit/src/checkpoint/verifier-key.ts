import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { decodeBase64 } from './base64.ts';
import { hasNoteCharacters } from './note-characters.ts';

/** Signature type of Ed25519 (C2SP signed-note, "Signature types"). */
const ED25519 = 1;
const PUBLIC_KEY_BYTES = 32;

/** What verifies the signatures of one signer. */
export interface VerifierKey {
  readonly name: string;
  /** Key id: 8 hexadecimal digits. It is short, and no proof of anything. */
  readonly id: string;
  readonly publicKey: KeyObject;
  /** The verifier key as text: `name+id+base64`. */
  readonly text: string;
}

/**
 * Whether it can be the name of a key: not empty, valid Unicode, without white space, control characters and `+`
 * (C2SP signed-note, "Format").
 */
export function isKeyName(name: string): boolean {
  return name !== '' && hasNoteCharacters(name) && !/[\p{White_Space}+]/u.test(name);
}

/**
 * Verifier key of a name and an Ed25519 public (or private) key. The text is that of `golang.org/x/mod/sumdb/note`:
 * name, key id and base64 of a byte of 1 and the public key, joined by `+`.
 *
 * @throws {SyntaxError} for a name that cannot be one, or a key of another kind.
 */
export function verifierKeyOf(name: string, key: KeyObject): VerifierKey {
  if (!isKeyName(name)) throw new SyntaxError(`${JSON.stringify(name)} cannot be the name of a key`);
  if (key.asymmetricKeyType !== 'ed25519') {
    throw new SyntaxError(`A key of the kind ${key.asymmetricKeyType ?? key.type} is no Ed25519 key`);
  }
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  const encoded = Buffer.concat([
    Buffer.of(ED25519),
    Buffer.from(publicKey.export({ format: 'jwk' }).x as string, 'base64url'),
  ]);
  const id = keyId(name, encoded);
  return { name, id, publicKey, text: `${name}+${id}+${encoded.toString('base64')}` };
}

/**
 * Reads a verifier key.
 *
 * @throws {SyntaxError} for one that is not in its canonical form, whose id does not belong to its name and key, or of
 * another kind than Ed25519.
 */
export function parseVerifierKey(text: string): VerifierKey {
  const [name = '', id = '', ...rest] = text.split('+');
  // Base64 may contain a plus sign, names may not.
  const encoded = decodeBase64(rest.join('+'));
  if (!isKeyName(name)) throw new SyntaxError('The verifier key does not begin with a name');
  if (encoded === undefined || encoded.length < 2)
    throw new SyntaxError('The verifier key is not in the form name+id+base64');
  if (encoded[0] !== ED25519 || encoded.length !== 1 + PUBLIC_KEY_BYTES) {
    throw new SyntaxError('The verifier key is not one of Ed25519');
  }
  if (id !== keyId(name, encoded)) {
    throw new SyntaxError(`The id ${JSON.stringify(id)} does not belong to the name and the key`);
  }
  const publicKey = createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: encoded.subarray(1).toString('base64url') },
    format: 'jwk',
  });
  return { name, id, publicKey, text };
}

/** First four bytes of SHA-256 of the name, a line feed, the signature type and the key (C2SP signed-note, "Signatures"). */
function keyId(name: string, encoded: Buffer): string {
  return createHash('sha256').update(`${name}\n`).update(encoded).digest('hex').slice(0, 8);
}
