/** Why no connection comes about, where a person can mend that. `what` is part of a sentence, `remedy` is whole ones. */
export type ConnectionProblem = { kind: 'proxy' | 'certificate' | 'name'; what: string; remedy: string };

/** No connection comes about because of the proxy in between. Nothing in it holds the proxy's user or password. */
export class ProxyFailed extends Error {
  readonly problem: ConnectionProblem;

  constructor(what: string, remedy: string) {
    super(what);
    this.name = 'ProxyFailed';
    this.problem = { kind: 'proxy', what, remedy };
  }
}

/** What is behind an error of `fetch`, undici, Node or the Web client; null where no person has to mend anything. */
export function connectionProblem(error: unknown): ConnectionProblem | null {
  if (!(error instanceof Error)) return null;
  if (error instanceof ProxyFailed) return error.problem;
  const causes = error instanceof AggregateError ? error.errors : [error.cause];
  const found = ofCode(error);
  if (found) return found;
  for (const cause of causes) {
    const problem = connectionProblem(cause);
    if (problem) return problem;
  }
  return null;
}

/** The problem with a certificate. @param whose as in 'its' or "the proxy's" */
export function certificateProblem(error: unknown, whose: string): ConnectionProblem | null {
  const code = codeOf(error);
  const problem = CERTIFICATE_PROBLEMS.find(({ codes }) => codes.includes(code));
  if (!problem) return null;
  return {
    kind: 'certificate',
    what: `${whose} certificate ${problem.what} (${code})`,
    remedy: problem.remedy,
  };
}

function ofCode(error: Error): ConnectionProblem | null {
  const certificate = certificateProblem(error, 'its');
  if (certificate) return certificate;
  const code = codeOf(error);
  if (!NO_ADDRESS.includes(code)) return null;
  const host = 'hostname' in error && typeof error.hostname === 'string' ? error.hostname : 'the host';
  return { kind: 'name', what: `${host} has no address (${code})`, remedy: NAME_REMEDY };
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

const NO_ADDRESS = ['ENOTFOUND', 'EAI_AGAIN'];
const NAME_REMEDY =
  'Check the name, and the DNS of this machine. Where everything goes through a proxy, set HTTPS_PROXY. The bot goes on by itself.';

const CLOCK = "Renew the certificate, or correct this machine's clock. The bot goes on by itself.";

/**
 * OpenSSL's and Node's codes.
 *
 * @see https://nodejs.org/api/tls.html#x509-certificate-error-codes
 */
const CERTIFICATE_PROBLEMS: readonly { codes: readonly string[]; what: string; remedy: string }[] = [
  {
    codes: [
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'SELF_SIGNED_CERT_IN_CHAIN',
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
      'UNABLE_TO_GET_ISSUER_CERT',
      'CERT_UNTRUSTED',
      'CERT_SIGNATURE_FAILURE',
      'INVALID_CA',
    ],
    what: "isn't trusted",
    remedy:
      'Get the certificate of the authority that signed it, often one of the company, as a PEM file. Name the file in NODE_EXTRA_CA_CERTS, in the environment and not in .env, and start the bot again.',
  },
  { codes: ['CERT_HAS_EXPIRED'], what: 'has expired', remedy: CLOCK },
  { codes: ['CERT_NOT_YET_VALID'], what: "isn't valid yet", remedy: CLOCK },
  {
    codes: ['CERT_REVOKED', 'CERT_REJECTED'],
    what: 'was revoked',
    remedy: 'Renew the certificate. The bot goes on by itself.',
  },
  {
    codes: ['ERR_TLS_CERT_ALTNAME_INVALID', 'HOSTNAME_MISMATCH'],
    what: 'is for another host',
    remedy:
      'Correct the address in the variable that names this host, or give the host a certificate for its name. Something in between may answer in its place.',
  },
];
