import type { WebClient } from '@slack/web-api';
import type { Config } from '../config/config.ts';
import type { FastlyClient } from '../fastly/client.ts';
import type { Network } from '../http/network.ts';
import type { Readiness } from '../observability/health.ts';
import type { Logger } from '../observability/log.ts';
import type { Identity } from '../slack/connection/identity.ts';
import { checkFastlyToken } from './fastly.ts';
import { type Finding, plainLine } from './finding.ts';
import { checkProcess } from './process.ts';
import { checkWorkspace } from './slack.ts';
import { checkSlackClock } from './slack-clock.ts';
import { checkStore } from './store.ts';

type StartedParts = {
  slack: WebClient;
  identity: Identity;
  fastly: FastlyClient;
  network: Network;
  readiness: Readiness;
  log: Logger;
};

/**
 * The quick part, for the log: what the bot does not notice by itself until somebody needs it. What a token that is refused or a
 * service that is away means is told by whatever connects to it.
 */
export async function checkAtStart(
  config: Config,
  { slack, identity, fastly, network, readiness, log }: StartedParts,
  signal: AbortSignal,
): Promise<void> {
  const found = await Promise.all([
    checkProcess({ extraCertificates: undefined }),
    checkWorkspace(slack, identity, { values: config, wrong: new Set() }),
    checkSlackClock(network, config.SLACK_API_URL, config.delivery.mode),
    checkFastlyToken(fastly, config.FASTLY_API_URL).then(({ findings, holder }) => (holder ? findings : [])),
    checkStore(config.DATABASE_URL),
  ]);
  const known = readiness.problems().map(({ what }) => what);
  if (!signal.aborted) logFindings(found.flat(), known, log);
}

/** Logs what is not as it should be, but for what the bot has told by itself. @param known sentences that it has */
function logFindings(findings: readonly Finding[], known: readonly string[], log: Logger): void {
  const count = (mark: Finding['mark']) => findings.filter((each) => each.mark === mark).length;
  const counts = { wrong: count('wrong'), warnings: count('warning'), notKnown: count('unknown') };
  for (const finding of findings.filter(({ what }) => !known.includes(what))) {
    const what = plainLine(finding.what);
    switch (finding.mark) {
      case 'wrong':
        log.error({ remedy: finding.remedy }, what);
        break;
      case 'warning':
        log.warn({ remedy: finding.remedy }, what);
        break;
      case 'unknown':
        log.info(what);
        break;
      case 'fine':
      case 'off':
        break;
    }
  }
  log.info({ ...counts }, 'the configuration was checked; npm run doctor tells more');
}
