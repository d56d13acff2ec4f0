import { readFile } from 'node:fs/promises';
import { getCACertificates } from 'node:tls';
import { OLDEST_NODE } from '../config/package.ts';
import { reasonOf } from '../observability/reason-of.ts';
import { type Finding, fine, warning, wrong } from './finding.ts';
import { secrecyFindings } from './readable-by-others.ts';

type ProcessFacts = {
  /** Without a letter in front. Default: this process's. */
  node?: string;
  /** Null where the system has none. Default: this process's. */
  userId?: number | null;
  /** The value of NODE_EXTRA_CA_CERTS, a file. */
  extraCertificates: string | undefined;
  /** How many certificates Node has taken from it. Default: this process's Node. */
  certificatesTaken?: number;
  /** The file of variables. Default: `.env` in the working folder. */
  envFile?: string;
};

const ROOT = warning(
  'This process runs as root, which the bot has no need for.',
  'Run it as an account of its own.',
);

/** What of the process and its surroundings the bot depends on. Quick. */
export async function checkProcess(facts: ProcessFacts): Promise<Finding[]> {
  const { node = process.versions.node, userId = process.getuid?.() ?? null, envFile = '.env' } = facts;
  return [
    nodeFinding(node),
    ...(userId === 0 ? [ROOT] : []),
    ...(await secrecyFindings([envFile], ', which may have tokens in it')),
    ...(await certificateFindings(facts)),
  ];
}

function nodeFinding(version: string): Finding {
  if (Number.parseInt(version, 10) >= OLDEST_NODE) return fine(`This is Node ${version}.`);
  return wrong(
    `This is Node ${version}, and the bot needs Node ${OLDEST_NODE} or later.`,
    'Run `npm ci`, which installs it for this project, or get it from https://nodejs.org.',
  );
}

/** Node reads the variable before it runs anything, so one in `.env` comes too late. */
async function certificateFindings({
  extraCertificates: file,
  certificatesTaken = getCACertificates('extra').length,
}: ProcessFacts): Promise<Finding[]> {
  if (!file) return [];
  const remedy =
    'Name a PEM file that the bot may read, in the environment of the process and not in .env. Then start again.';
  try {
    await readFile(file);
  } catch (error) {
    return [wrong(`The file in NODE_EXTRA_CA_CERTS can't be read: ${reasonOf(error)}.`, remedy)];
  }
  if (certificatesTaken === 0) {
    const what = `Node has taken no certificate from ${file}, which NODE_EXTRA_CA_CERTS names.`;
    return [wrong(what, remedy)];
  }
  return [fine(`Node trusts the certificates in ${file}, too.`)];
}
