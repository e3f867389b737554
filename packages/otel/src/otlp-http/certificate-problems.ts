import type { Certificates } from './certificates.ts';

/** What is wrong with one of the PEM texts, to stand behind the name of its variable. */
export interface CertificateProblem {
  readonly key: keyof Certificates;
  readonly problem: string;
}

/** What `tls.createSecureContext` takes for a certificate; of what is none it says nothing that names it, or nothing at all. */
const CERTIFICATE = /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----/;
const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;

/** What keeps PEM texts from being used. `nameOf` names the variable of another one. */
export function certificateProblems(
  { ca, cert, key }: Certificates,
  nameOf: (key: keyof Certificates) => string,
): CertificateProblem[] {
  const problems: CertificateProblem[] = [];
  if (ca !== undefined && !hasCertificate(ca)) problems.push({ key: 'ca', problem: withoutCertificate(ca) });
  const wrong =
    cert !== undefined && !hasCertificate(cert)
      ? ({ key: 'cert', problem: withoutCertificate(cert) } as const)
      : keyProblem(cert, key, nameOf);
  if (wrong === undefined) return problems;
  problems.push(wrong);
  // The one is of no use without the other.
  const other = wrong.key === 'cert' ? 'key' : 'cert';
  if ({ cert, key }[other] !== undefined)
    problems.push({ key: other, problem: `is of no use without ${nameOf(wrong.key)}` });
  return problems;
}

function keyProblem(
  cert: Buffer | undefined,
  key: Buffer | undefined,
  nameOf: (key: keyof Certificates) => string,
): CertificateProblem | undefined {
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined || key === undefined) {
    const [given, missing] = cert === undefined ? (['key', 'cert'] as const) : (['cert', 'key'] as const);
    const problem = `needs ${nameOf(missing)}: a client certificate and its key belong together; it stands alone`;
    return { key: given, problem };
  }
  if (!PRIVATE_KEY.test(key.toString())) {
    const what = CERTIFICATE.test(key.toString()) ? 'a certificate' : 'no private key as PEM';
    return { key: 'key', problem: `names a file with ${what}, where the key of the certificate belongs` };
  }
  const { createPrivateKey, X509Certificate } = crypto();
  try {
    const privateKey = createPrivateKey(key);
    if (new X509Certificate(cert).checkPrivateKey(privateKey)) return undefined;
    return {
      key: 'key',
      problem: `names a file with the key of another certificate than ${nameOf('cert')} has`,
    };
  } catch {
    const isEncrypted = key.includes('ENCRYPTED');
    const what = isEncrypted
      ? 'a key that is encrypted; write it without a passphrase'
      : 'a key that cannot be read';
    return { key: 'key', problem: `names a file with ${what}` };
  }
}

function hasCertificate(pem: Buffer): boolean {
  if (!CERTIFICATE.test(pem.toString())) return false;
  const { X509Certificate } = crypto();
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}

function withoutCertificate(pem: Buffer): string {
  const what = PRIVATE_KEY.test(pem.toString()) ? 'a private key' : 'no certificate as PEM';
  return `names a file with ${what}, where a certificate belongs`;
}

/** Not imported: only TLS needs it, and every start would load it. */
function crypto(): typeof import('node:crypto') {
  return process.getBuiltinModule('node:crypto');
}
