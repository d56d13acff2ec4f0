import { checkVariables } from '../config/config.ts';
import type { VariableProblem } from '../config/problem.ts';
import type { ValidValues } from '../config/variables.ts';
import { FastlyClient } from '../fastly/client.ts';
import { Network } from '../http/network.ts';
import { reasonOf } from '../observability/reason-of.ts';
import { checkAuditChain } from './audit-chain.ts';
import { checkFastlyToken } from './fastly.ts';
import { checkFastlyAccount } from './fastly-account.ts';
import { checkFastlyWrites } from './fastly-writes.ts';
import { type Finding, notKnown, type Section } from './finding.ts';
import { checkProcess } from './process.ts';
import { checkReportSchedule } from './report-schedule.ts';
import { checkSlack } from './slack.ts';
import { checkStore } from './store.ts';
import { variableFindings } from './variables.ts';

type Environment = Record<string, string | undefined>;

/** A part of the report. `findings` never rejects. */
export type Examined = { section: Section; findings: Promise<Finding[]> };

/**
 * Looks at all that a configuration leads to, and changes nothing. The parts are looked at side by side, each whatever
 * has become of the others: a variable that is wrong keeps nothing else from being looked at.
 *
 * @param warnings about `.env`
 */
export function examine(environment: Environment, warnings: readonly VariableProblem[]): Examined[] {
  const { values, problems, warnings: doubts } = checkVariables(environment);
  const wrong = new Set(problems.map(({ name }) => name));
  const network = new Network(values);
  const proxy = ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY'].find((name) => wrong.has(name));
  /** Where a proxy is meant, nothing goes out past it. */
  const outside = (check: () => Promise<Finding[]>) =>
    proxy ? [notKnown(`This was not looked at, because ${proxy} is wrong.`)] : check();
  const parts: Examined[] = [
    part('The process', () => checkProcess({ extraCertificates: environment.NODE_EXTRA_CA_CERTS })),
    part('The variables', () => [
      ...variableFindings(environment, problems, [...warnings, ...doubts]),
      ...(problems.length === 0 ? checkReportSchedule(values, Date.now()) : []),
    ]),
    part('Slack', () => outside(() => checkSlack({ values, wrong }, network))),
    part('Fastly', () => outside(() => checkFastly(values, network))),
    part('The database', () => checkDatabase(values)),
  ];
  void Promise.all(parts.map(({ findings }) => findings)).then(() => network.close());
  return parts;
}

/** What fails is told of, and keeps no other part from being told. */
function part(section: Section, check: () => Finding[] | Promise<Finding[]>): Examined {
  const findings = (async () => await check())();
  const failed = (error: unknown) => [notKnown(`This could not be looked at: ${reasonOf(error)}.`)];
  return { section, findings: findings.catch(failed) };
}

async function checkFastly(values: ValidValues, { dispatcher }: Network): Promise<Finding[]> {
  const { FASTLY_API_TOKEN: token, FASTLY_API_URL: baseUrl, FASTLY_TIMEOUT: timeout } = values;
  if (!token || !baseUrl || !timeout) {
    const missing = 'FASTLY_API_TOKEN, FASTLY_API_URL or FASTLY_TIMEOUT is missing or wrong';
    return [notKnown(`Fastly was not asked, because ${missing}.`)];
  }
  const fastly = new FastlyClient({ dispatcher, token, baseUrl, timeout });
  const { findings, holder } = await checkFastlyToken(fastly, baseUrl);
  const { HEALTH_HOST: host, HEALTH_PORT: port } = values;
  const rest = holder && [
    checkFastlyAccount(fastly, holder),
    ...(host !== undefined && port !== undefined ? [checkFastlyWrites({ host, port }, dispatcher)] : []),
  ];
  return [...findings, ...(await Promise.all(rest ?? [])).flat()];
}

async function checkDatabase({ DATABASE_URL: location, AUDIT_HEAD }: ValidValues): Promise<Finding[]> {
  if (!location) return [notKnown('This was not looked at, because DATABASE_URL is wrong.')];
  const store = await checkStore(location);
  // What keeps it from being read is told by then.
  return store.some(({ mark }) => mark === 'wrong')
    ? store
    : [...store, ...(await checkAuditChain(location, AUDIT_HEAD))];
}
