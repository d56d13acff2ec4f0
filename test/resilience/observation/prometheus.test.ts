import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { askForDeletion, deletions } from '../../e2e/support/approving.ts';
import { Exposition } from '../../e2e/support/metrics.ts';
import { environmentFor } from '../../e2e/support/workplace.ts';
import { NORA, PRIYA, TOMAS } from '../../sandbox/cast.ts';
import { ENGINEER, PLUS_LOGIN } from '../../sandbox/fastly/people.ts';
import { startSandbox } from '../../sandbox/sandbox.ts';
import { startBotProcess } from '../support/bot-process.ts';
import { ALERTS, describeWithPrometheus, newFolder, Prometheus, promtool } from '../support/prometheus.ts';

const Rules = z.object({
  groups: z.tuple([
    z.object({
      rules: z.array(
        z.object({
          alert: z.string(),
          expr: z.string(),
          labels: z.object({ severity: z.enum(['critical', 'warning']) }),
          annotations: z.object({ summary: z.string().min(20), description: z.string().min(80) }),
        }),
      ),
    }),
  ]),
});
const { rules } = Rules.parse(parse(readFileSync(ALERTS, 'utf8'))).groups[0];

const Target = z.object({ expr: z.string() });
const Dashboard = z.object({
  panels: z.array(z.object({ title: z.string(), targets: z.array(Target).default([]) })),
});
const PAGE = readFileSync(new URL('../../../docs/observation.md', import.meta.url), 'utf8');
const DASHBOARD = new URL('../../../deploy/grafana/dashboard.json', import.meta.url);

/** The expressions of the dashboard, with what Grafana puts in place of its variables. */
const panels = Dashboard.parse(JSON.parse(readFileSync(DASHBOARD, 'utf8'))).panels.flatMap(
  ({ title, targets }) =>
    targets.map(({ expr }) => ({
      title,
      expr: expr.replaceAll('$job', 'fastly-user-bot.*').replaceAll('$__rate_interval', '1m'),
    })),
);

const BOT = 'job="fastly-user-bot", instance="a:3001"';
const OTHER = 'job="fastly-user-bot", instance="b:3001"';
const UP = `up{${BOT}}`;

/** Series by name, and their values a minute, in promtool's notation. */
type Series = Record<string, string>;
type Case = {
  alert: string;
  /** When it is looked. */
  at: string;
  fires: Series;
  labels?: Record<string, string>;
  summary: string;
  silent: Series;
};

const JOB = { job: 'fastly-user-bot' };

const CASES: readonly Case[] = [
  {
    alert: 'FastlyUserBotTargetDown',
    at: '3m',
    fires: { [UP]: '0x9', [`up{${OTHER}}`]: '1x9' },
    labels: { ...JOB, instance: 'a:3001' },
    summary: "Prometheus can't read a:3001.",
    silent: { [UP]: '1 0 1 1', 'up{job="another"}': '0x9' },
  },
  {
    alert: 'FastlyUserBotAllDown',
    at: '3m',
    fires: { [UP]: '0x9', [`up{${OTHER}}`]: '0x9' },
    labels: JOB,
    summary: 'No replica of fastly-user-bot can be read.',
    silent: { [UP]: '0x9', [`up{${OTHER}}`]: '1x9' },
  },
  {
    alert: 'FastlyUserBotAllDown',
    at: '3m',
    fires: { 'up{job="another"}': '1x9' },
    summary: 'No replica of fastly-user-bot can be read.',
    silent: { [UP]: '1x9' },
  },
  {
    alert: 'FastlyUserBotNotReady',
    at: '6m',
    fires: { [`fastly_user_bot_ready{${BOT}}`]: '0x9' },
    labels: JOB,
    summary: 'No replica of fastly-user-bot takes commands.',
    silent: { [`fastly_user_bot_ready{${BOT}}`]: '0x9', [`fastly_user_bot_ready{${OTHER}}`]: '1x9' },
  },
  {
    alert: 'FastlyUserBotStoreGaugesMissing',
    at: '6m',
    fires: { [UP]: '1x9', [`fastly_user_bot_ready{${BOT}}`]: '1x9' },
    labels: JOB,
    summary: 'No replica of fastly-user-bot can read its database.',
    silent: {
      [UP]: '1x9',
      [`up{${OTHER}}`]: '1x9',
      [`fastly_user_bot_surfaces_behind{${OTHER}}`]: '0x9',
    },
  },
  {
    alert: 'FastlyUserBotDegraded',
    at: '11m',
    fires: { [`fastly_user_bot_degraded{${BOT}}`]: '2x19', [`fastly_user_bot_degraded{${OTHER}}`]: '0x19' },
    labels: { ...JOB, instance: 'a:3001' },
    summary: 'a:3001 reports problems: 2.',
    silent: { [`fastly_user_bot_degraded{${BOT}}`]: '2x5 0x10' },
  },
  {
    alert: 'FastlyUserBotOldestRequest',
    at: '6m',
    fires: { [`fastly_user_bot_oldest_open_request_age_seconds{${BOT}}`]: '46800+60x9' },
    labels: JOB,
    summary: 'An approval request has been open for 13h 6m 0s.',
    silent: { [`fastly_user_bot_oldest_open_request_age_seconds{${BOT}}`]: '36000+60x9' },
  },
  {
    alert: 'FastlyUserBotApprovedNotExecuted',
    at: '6m',
    // A replica that reads the same a little later.
    fires: {
      [`fastly_user_bot_oldest_approved_request_age_seconds{${BOT}}`]: '960+60x9',
      [`fastly_user_bot_oldest_approved_request_age_seconds{${OTHER}}`]: '945+60x9',
    },
    labels: JOB,
    summary: 'A request was approved 22m 0s ago and is not carried out.',
    silent: { [`fastly_user_bot_oldest_approved_request_age_seconds{${BOT}}`]: '600+60x4 0x9' },
  },
  {
    alert: 'FastlyUserBotExecutionUnclear',
    at: '1m',
    fires: {
      [`fastly_user_bot_unclear_executions{${BOT}}`]: '1x9',
      [`fastly_user_bot_unclear_executions{${OTHER}}`]: '1x9',
    },
    labels: JOB,
    summary: 'Nobody knows whether an approved request took effect. Such requests: 1.',
    silent: { [`fastly_user_bot_unclear_executions{${BOT}}`]: '0x9' },
  },
  {
    alert: 'FastlyUserBotPromotionOverdue',
    at: '11m',
    fires: { [`fastly_user_bot_overdue_promotions{${BOT}}`]: '2x12' },
    labels: JOB,
    summary: 'A role that was given for a time has not ended. Such roles: 2.',
    silent: { [`fastly_user_bot_overdue_promotions{${BOT}}`]: '1x4 0x8' },
  },
  {
    alert: 'FastlyUserBotSlackBehind',
    at: '6m',
    fires: { [`fastly_user_bot_oldest_surface_behind_age_seconds{${BOT}}`]: '360+60x9' },
    labels: JOB,
    summary: 'Slack has not shown the latest step of a request for 12m 0s.',
    silent: { [`fastly_user_bot_oldest_surface_behind_age_seconds{${BOT}}`]: '0+60x9' },
  },
  {
    alert: 'FastlyUserBotWritesRunningOut',
    at: '1m',
    fires: {
      [`fastly_user_bot_fastly_writes_remaining{${BOT}}`]: '700x9',
      [`fastly_user_bot_fastly_writes_remaining{${OTHER}}`]: '42x9',
    },
    labels: JOB,
    summary: "Fastly takes only 42 more writes from the bot's user this hour.",
    silent: { [`fastly_user_bot_fastly_writes_remaining{${BOT}}`]: '100x9', [UP]: '1x9' },
  },
  {
    alert: 'FastlyUserBotTokenExpires',
    at: '10m',
    fires: { [`fastly_token_expiry_timestamp_seconds{${BOT}}`]: '1000000x19' },
    labels: JOB,
    summary: "The bot's Fastly token expires in 11d 13h 36m 40s.",
    silent: { [`fastly_token_expiry_timestamp_seconds{${BOT}}`]: '1300000x19', [UP]: '1x19' },
  },
  {
    alert: 'FastlyUserBotRefusedCallers',
    at: '60m',
    // Each of two replicas refused half of them.
    fires: {
      [`fastly_user_bot_refused_callers_total{${BOT}, reason="not-a-bot-admin"}`]: '0+0.1x60',
      [`fastly_user_bot_refused_callers_total{${OTHER}, reason="not-a-bot-admin"}`]: '0+0.1x60',
    },
    labels: { ...JOB, reason: 'not-a-bot-admin' },
    summary: '12 commands or clicks in an hour were refused (not-a-bot-admin).',
    silent: {
      [`fastly_user_bot_refused_callers_total{${BOT}, reason="not-a-bot-admin"}`]: '0+0.1x60',
      [`fastly_user_bot_refused_callers_total{${BOT}, reason="wrong-channel"}`]: '0+0.1x60',
    },
  },
  {
    alert: 'FastlyUserBotRefusedDeliveries',
    at: '20m',
    fires: { [`fastly_user_bot_refused_deliveries_total{${BOT}, reason="wrong-signature"}`]: '0+1x20' },
    labels: { ...JOB, reason: 'wrong-signature' },
    summary: '15 deliveries in 15 minutes were refused (wrong-signature).',
    silent: { [`fastly_user_bot_refused_deliveries_total{${BOT}, reason="unsigned"}`]: '0+1x20' },
  },
];

/** A test for promtool: `series` at one moment, and what an alert says then. */
function promtoolTest({ alert, at }: Case, series: Series, expected: readonly object[]): object {
  return {
    interval: '1m',
    input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
    alert_rule_test: [{ eval_time: at, alertname: alert, exp_alerts: expected }],
  };
}

/** The names of the bot's metrics that an expression uses, without what a histogram adds to its own. */
function metricsIn(expression: string): string[] {
  const names = [...expression.matchAll(/\b(?:fastly|process|nodejs)_\w+/g)].map(([name]) => name);
  return names.map((name) => name.replace(/_(bucket|sum|count)$/, ''));
}

describeWithPrometheus('the alert rules', () => {
  it('are taken by Prometheus, and each has a test', async () => {
    expect(await promtool('check', 'rules', ALERTS)).toContain(`SUCCESS: ${rules.length} rules found`);
    for (const { alert, labels } of rules) expect(PAGE).toContain(`| \`${alert}\` | ${labels.severity} | `);
    expect([...new Set(CASES.map(({ alert }) => alert))]).toEqual(rules.map(({ alert }) => alert));
  });

  it.each(CASES)('$alert fires when it should, says what is wrong, and is silent otherwise', async (each) => {
    const rule = rules.find(({ alert }) => alert === each.alert);
    if (!rule) throw new Error(`There is no rule ${each.alert}`);
    const description = rule.annotations.description.replaceAll(
      '{{ $labels.instance }}',
      each.labels?.instance ?? '',
    );
    expect(description).not.toContain('{{');
    const fires = {
      exp_labels: { ...each.labels, ...rule.labels },
      exp_annotations: { summary: each.summary, description },
    };
    const file = join(await newFolder(), 'test.yml');
    const tests = [promtoolTest(each, each.fires, [fires]), promtoolTest(each, each.silent, [])];
    await writeFile(file, stringify({ rule_files: [ALERTS], evaluation_interval: '1m', tests }));
    expect(await promtool('test', 'rules', file)).toContain('SUCCESS');
  });
});

describeWithPrometheus('the dashboard and the alert rules', () => {
  it('ask a living bot for what it has', async () => {
    const sandbox = await startSandbox();
    onTestFinished(() => sandbox.close());
    const { client } = sandbox;
    await client.patchFastlyToken({ expires_at: '2100-01-01T00:00:00Z' });
    const bot = await startBotProcess({
      ...environmentFor(sandbox, 'socket'),
      SUPERUSERS: [NORA, TOMAS].map(({ id }) => id).join(','),
      DATABASE_URL: 'file:bot.db',
    });
    await bot.untilReadyz(200);
    const url = await bot.health('/metrics');
    const prometheus = await Prometheus.start([new URL(url).host]);
    await client.as(NORA).command(`reset ${PLUS_LOGIN.login}`);
    await client.as(PRIYA).command('get');
    const request = await askForDeletion(client, NORA, ENGINEER);
    await request.take(client.as(TOMAS), 'approve');
    await expect.poll(() => deletions(client)).toHaveLength(1);
    // A rate takes two readings.
    const counted = 'rate(fastly_user_bot_fastly_requests_total{operation="delete_user"}[1m])';
    await expect.poll(() => prometheus.query(counted)).toHaveLength(1);

    const exposition = new Exposition(await (await fetch(url)).text());
    const expressions = [...panels, ...rules.map(({ alert, expr }) => ({ title: alert, expr }))];
    for (const { title, expr } of expressions) {
      const unknown = metricsIn(expr).filter((name) => !exposition.types.has(name));
      expect(unknown, `metrics of '${title}'`).toEqual([]);
    }
    for (const { title, expr } of panels) {
      expect(await prometheus.query(expr), `data for '${title}': ${expr}`).not.toEqual([]);
    }
    await expect
      .poll(async () => (await prometheus.rules()).map(({ name, health }) => `${name} ${health}`))
      .toEqual(rules.map(({ alert }) => `${alert} ok`));
    expect((await prometheus.rules()).filter(({ state }) => state !== 'inactive')).toEqual([]);

    bot.child.kill('SIGTERM');
    await bot.ended;
    const pending = async () =>
      (await prometheus.rules()).filter(({ state }) => state === 'pending').map(({ name }) => name);
    await expect.poll(pending).toEqual(['FastlyUserBotTargetDown', 'FastlyUserBotAllDown']);
  });
});
