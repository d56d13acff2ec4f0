import { describe, expect, it } from 'vitest';
import { quickActionsWithout } from '../../../src/commands/home.ts';
import { LISTENERS } from '../../../src/commands/slash-command.ts';
import type { Listener } from '../../../src/slack/gate/listeners.ts';
import {
  BOT,
  CDN_TEAM,
  GENERAL,
  JONAS,
  MEMBERS,
  NORA,
  PARTNER_TEAM,
  PRIYA,
  TEAM,
} from '../../sandbox/cast.ts';
import type { Sees } from '../../sandbox/control/protocol.ts';
import {
  deliveryTo,
  type ForgedSlack,
  listenersOver,
  postSigned,
  type Sender,
  startForgedSlack,
  superuser,
  viewOf,
} from '../support/forged-delivery.ts';
import { wordsOf } from '../support/seeing.ts';
import { DELIVERY, DELIVERY_MODES, startWorkplace } from '../support/workplace.ts';

type Reason = 'not-a-bot-admin' | 'other-workspace' | 'unknown-caller' | 'wrong-channel';

const OUTSIDERS: { who: string; sender: Sender; reason: Reason }[] = [
  { who: 'another member', sender: { id: PRIYA.id, team_id: TEAM.id }, reason: 'not-a-bot-admin' },
  {
    who: 'a member of another workspace',
    sender: { id: JONAS.id, team_id: PARTNER_TEAM.id },
    reason: 'not-a-bot-admin',
  },
  { who: 'a bot', sender: { id: BOT.userId, team_id: TEAM.id }, reason: 'not-a-bot-admin' },
  {
    who: "somebody with a superuser's id in another workspace",
    sender: { id: NORA.id, team_id: PARTNER_TEAM.id },
    reason: 'other-workspace',
  },
  { who: 'somebody without an id', sender: { team_id: TEAM.id }, reason: 'unknown-caller' },
  { who: 'somebody without a workspace', sender: { id: NORA.id }, reason: 'unknown-caller' },
];

/** Delivers something for `listener` and checks that the sender was told `words`, in the way that fits. */
async function expectTold(
  slack: ForgedSlack,
  listener: Pick<Listener, 'kind' | 'id'>,
  sender: Sender,
  words: string,
  more: Record<string, unknown> = {},
): Promise<void> {
  const acknowledged = await slack.deliver(deliveryTo(listener, sender, slack.responseUrl, more));
  const privately = { response_type: 'ephemeral', text: expect.stringContaining(words) };
  switch (listener.kind) {
    case 'command':
      expect(acknowledged).toMatchObject(privately);
      break;
    case 'click':
      expect(acknowledged).toEqual({});
      expect(await slack.nextResponse()).toMatchObject({ ...privately, replace_original: false });
      break;
    case 'type-ahead':
      expect(acknowledged).toEqual({ options: [] });
      break;
    case 'submission':
      expect(acknowledged).toMatchObject({ response_action: 'update', view: { type: 'modal' } });
      expect(JSON.stringify(acknowledged)).toContain(words);
      break;
    case 'event':
      await expectShownAtHome(slack, sender, words);
  }
}

/** Events are acknowledged before anything else, so this waits. A bot, and who is not known, have no Home. */
async function expectShownAtHome(
  { client, log }: ForgedSlack,
  { id, team_id }: Sender,
  words: string,
): Promise<void> {
  if (team_id === undefined || !MEMBERS.some((member) => member.id === id)) {
    await expect.poll(() => log.lines.some(({ delivery }) => delivery === 'event')).toBe(true);
    return;
  }
  await client
    .as(String(id))
    .until(({ home }) => wordsOf(home?.blocks).includes(words), `'${words}' at Home`);
}

/** The log has this and nothing was let through, tried or asked of Fastly. */
async function expectNothingDone({ log, client }: ForgedSlack, logged: object): Promise<void> {
  expect(log.lines).toContainEqual(expect.objectContaining({ interaction: expect.any(String), ...logged }));
  const through = ['taken', 'a delivery failed', 'refused', 'failed'];
  expect(log.lines.filter(({ msg }) => through.includes(String(msg)))).toEqual([]);
  expect(await client.fastlyCalls()).toEqual([]);
}

const denied = (reason: Reason, { kind, id }: Pick<Listener, 'kind' | 'id'>, more: object = {}) => ({
  msg: 'denied',
  reason,
  delivery: kind,
  id,
  ...more,
});

describe.each(DELIVERY_MODES)('over %s, the gate', (mode) => {
  const listeners = listenersOver(mode);
  /** All but those for events: the Home tab is in no channel, and what is unknown of it is shown nowhere. */
  const listenersInChannels = listeners.filter(({ kind }) => kind !== 'event');

  it('lets a superuser through to every listener', async () => {
    const slack = await startForgedSlack(mode);
    for (const listener of listeners) {
      await slack.deliver(deliveryTo(listener, superuser, slack.responseUrl));
      const { kind, id } = listener;
      const taken = { msg: 'taken', delivery: kind, id, caller: NORA.id, team: TEAM.id };
      await expect.poll(() => slack.log.lines).toContainEqual(expect.objectContaining(taken));
    }
  });

  it.each(OUTSIDERS)('keeps $who from every listener', async ({ sender, reason }) => {
    const slack = await startForgedSlack(mode);
    for (const listener of listeners) {
      await expectTold(slack, listener, sender, WORDS[reason]);
      if (listener.kind === 'command') await expectTold(slack, listener, sender, `Ask <@${NORA.id}>`);
      const { id = null, team_id = null } = sender;
      const caller = { caller: id, team: id === null ? null : team_id };
      await expectNothingDone(slack, denied(reason, listener, caller));
    }
  });

  it('keeps everybody out when SUPERUSERS is empty, and says how to change that', async () => {
    const slack = await startForgedSlack(mode, { SUPERUSERS: '' });
    for (const listener of listeners) {
      await expectTold(
        slack,
        listener,
        superuser,
        "No one has access yet. Ask the bot's operator to add bot admins.",
      );
      await expectNothingDone(slack, denied('not-a-bot-admin', listener));
    }
  });

  it('tells a superuser that something nobody listens for is of an older version', async () => {
    const slack = await startForgedSlack(mode);
    for (const kind of new Set(listenersInChannels.map((listener) => listener.kind))) {
      const unknown = { kind, id: kind === 'command' ? '/fastly-gone' : 'gone.id' };
      await expectTold(slack, unknown, superuser, 'This no longer works');
      await expectNothingDone(slack, {
        msg: 'nobody listens for this',
        delivery: kind,
        id: unknown.id,
      });
    }
  });

  it('refuses every listener in another channel than COMMAND_CHANNELS, and names those', async () => {
    const slack = await startForgedSlack(mode, { COMMAND_CHANNELS: GENERAL.id });
    for (const listener of listenersInChannels) {
      await expectTold(
        slack,
        listener,
        superuser,
        listener.kind === 'submission' ? GENERAL.id : `<#${GENERAL.id}>`,
      );
      await expectNothingDone(slack, denied('wrong-channel', listener));
    }
  });

  it('does not take a direct message between two people for one with the bot', async () => {
    const slack = await startForgedSlack(mode, { COMMAND_CHANNELS: CDN_TEAM.id });
    const command: Pick<Listener, 'kind' | 'id'> = { kind: 'command', id: '/fastly-user' };
    await expectTold(slack, command, superuser, `<#${CDN_TEAM.id}>, or the Home tab.`, {
      channel_id: 'D0SOMEONE',
    });
    await expectNothingDone(slack, denied('wrong-channel', command));
  });

  it('does nothing about an event that nobody listens for', async () => {
    const slack = await startForgedSlack(mode);
    await slack.deliver(deliveryTo({ kind: 'event', id: 'team_join' }, superuser, ''));
    await slack.log.until('nobody listens for this');
    await expectNothingDone(slack, {
      msg: 'nobody listens for this',
      delivery: 'event',
      id: 'team_join',
    });
    expect((await slack.client.as(NORA).sees()).home).toBeNull();
  });

  it('acknowledges what it cannot read, and does nothing', async () => {
    const slack = await startForgedSlack(mode);
    const view = { type: 'modal', id: 7, state: 'none' };
    const unreadable = { type: 'view_submission', user: superuser, team: { id: TEAM.id }, view };
    expect(await slack.deliver({ type: 'interactive', payload: unreadable })).toEqual({});
    await expectNothingDone(slack, { msg: 'a delivery of an unknown form was refused' });
  });
});

/** What each is told, as far as it tells the reasons apart. */
const WORDS: Record<Reason, string> = {
  'not-a-bot-admin': "don't have access to this bot",
  'other-workspace': 'Only this workspace',
  'unknown-caller': "account couldn't be verified",
  'wrong-channel': "aren't enabled in this channel",
};

describe('a click in a modal that its caller may not make', () => {
  it('turns that modal into a view that says why', async () => {
    const slack = await startForgedSlack('http');
    const nora = slack.client.as(NORA);
    await nora.command('get');
    const modal = await nora.until(({ modals }) => modals[0], 'the form');
    const [listener] = LISTENERS.filter(({ kind }) => kind === 'click');
    if (!listener) throw new TypeError('Nothing listens for clicks.');
    const stranger = { id: PRIYA.id, team_id: TEAM.id };
    const inModal = {
      channel: undefined,
      response_url: undefined,
      view: viewOf('get.form', { id: modal.id }),
    };
    await slack.deliver(deliveryTo(listener, stranger, slack.responseUrl, inModal));
    await nora.until(
      ({ modals }) => JSON.stringify(modals).includes(WORDS['not-a-bot-admin']),
      'the view that says why',
    );
  });
});

/** Buttons of the Home tab whose value says nothing. */
const OPENS_A_FORM = quickActionsWithout(new Set()).map(({ actionId }) => actionId);

describe('values that no button or form of the bot holds', () => {
  const clicks = LISTENERS.filter(({ kind, id }) => kind === 'click' && !OPENS_A_FORM.includes(id));
  const garbage = ['', 'garbage', '{}', '{"user":"../current_user","private":false}', '[1]', 'null'];

  it.each(garbage)('a click with the value %j is refused in words', async (value) => {
    const slack = await startForgedSlack('http');
    for (const listener of clicks) {
      const actions = [{ type: 'button', action_id: listener.id, block_id: 'b', value }];
      const forged = deliveryTo(listener, superuser, slack.responseUrl, { actions });
      expect(await slack.deliver(forged)).toEqual({});
      expect(await slack.nextResponse()).toMatchObject({
        response_type: 'ephemeral',
        text: expect.stringMatching(/^This button no longer works\. Start again with `\/fastly-user /),
      });
    }
    expect(await slack.client.fastlyCalls()).toEqual([]);
  });

  it.each(['', 'garbage', '{"channel":"https://example.com","private":1}'])(
    'a submission with the private_metadata %j answers its caller alone',
    async (private_metadata) => {
      const slack = await startForgedSlack('http');
      const view = viewOf('get.form', { private_metadata });
      const forged = deliveryTo({ kind: 'submission', id: 'get.form' }, superuser, '', { view });
      expect(JSON.stringify(await slack.deliver(forged))).toContain('your direct messages with the bot');
      const nora = slack.client.as(NORA);
      const where = (sees: Sees) =>
        sees.channels.filter(({ messages }) => messages.length > 0).map(({ kind }) => kind);
      expect(where(await nora.sees())).toEqual(['im']);
    },
  );
});

describe('requests to the HTTP endpoint', () => {
  it('are answered 401 when signed with another secret, and do nothing', async () => {
    const slack = await startForgedSlack('http');
    for (const listener of LISTENERS) {
      const forged = deliveryTo(listener, superuser, slack.responseUrl);
      const { status } = await postSigned(slack.requestUrl, 'another secret', forged);
      expect(status).toBe(401);
    }
    expect(slack.log.lines.filter((line) => 'caller' in line)).toEqual([]);
    expect(await slack.client.fastlyCalls()).toEqual([]);
  });
});

describe('a delivery without any sender', () => {
  it('comes to nothing', async () => {
    const slack = await startForgedSlack('http');
    for (const listener of LISTENERS) {
      const forged = deliveryTo(listener, {}, slack.responseUrl, { user: undefined });
      await (await postSigned(slack.requestUrl, slack.slack.signingSecret, forged)).text();
    }
    expect(slack.log.lines.filter(({ msg }) => msg === 'taken')).toEqual([]);
    expect(await slack.client.fastlyCalls()).toEqual([]);
  });
});

describe('COMMAND_CHANNELS', () => {
  it('takes commands in its channels and in the direct message with the bot', async () => {
    const { client } = await startWorkplace(DELIVERY, { COMMAND_CHANNELS: CDN_TEAM.id });
    const nora = client.as(NORA);
    const { channels } = await nora.sees();
    const im = channels.find(({ kind }) => kind === 'im')?.id ?? '';
    for (const place of [CDN_TEAM.id, im]) {
      await nora.command('whoami', place);
      await nora.until(
        (sees) => sees.channels.find(({ id }) => id === place)?.messages.length === 1,
        `the answer in ${place}`,
      );
    }
  });
});
