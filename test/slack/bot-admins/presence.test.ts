import { describe, expect, it } from 'vitest';
import { User } from '../../../src/fastly/user.ts';
import { EnterpriseId, MemberId, TeamId } from '../../../src/ids.ts';
import { leaversAmong, presenceOf } from '../../../src/slack/bot-admins/presence.ts';
import { SlackUser } from '../../../src/slack/connection/members.ts';

const TEAM = TeamId.parse('T0HOME001');
const [SISTER, STRANGE] = ['T0SISTER1', 'T0STRANGE'];
const ALONE = { teamId: TEAM, enterpriseId: null };
const IN_ORGANISATION = { teamId: TEAM, enterpriseId: EnterpriseId.parse('E0EXAMPLE') };

const EDDA = 'edda@example.com';
const slackUser = (fields: object, id = 'U0EDDA001') =>
  SlackUser.parse({ id, team_id: TEAM, deleted: false, profile: { email: EDDA }, ...fields });
const LEFT = { kind: 'left', how: 'deactivated' };
const UNKNOWN = { kind: 'unknown' };

describe('a member', () => {
  it.each([
    ['who is active', {}, { kind: 'active', guest: false }],
    ['who is a guest', { is_restricted: true }, { kind: 'active', guest: true }],
    ['who is deactivated', { deleted: true }, LEFT],
    ['who is deactivated, of no workspace', { deleted: true, team_id: undefined }, LEFT],
    ['who is a deactivated bot', { deleted: true, is_bot: true }, UNKNOWN],
    ['who is a deactivated stranger', { deleted: true, is_stranger: true }, UNKNOWN],
    ['who is deactivated elsewhere', { deleted: true, team_id: STRANGE }, UNKNOWN],
    ['of another workspace', { team_id: STRANGE }, UNKNOWN],
  ])('%s, whom the bot has not known, is told apart', (_who, fields, presence) => {
    expect(presenceOf(slackUser(fields), ALONE, false)).toEqual(presence);
  });

  it('whom the bot has known has left where they are deactivated, whatever else Slack says', () => {
    const gone = slackUser({ deleted: true, team_id: SISTER });
    expect(presenceOf(gone, IN_ORGANISATION, true)).toEqual(LEFT);
    expect(presenceOf(gone, IN_ORGANISATION, false)).toEqual(UNKNOWN);
  });

  it('of an organisation has left the workspace that is not among theirs, if they were in it', () => {
    const elsewhere = slackUser({ team_id: SISTER, enterprise_user: { teams: [SISTER] } });
    expect(presenceOf(elsewhere, IN_ORGANISATION, true)).toEqual({ kind: 'left', how: 'left-workspace' });
    expect(presenceOf(elsewhere, IN_ORGANISATION, false)).toEqual(UNKNOWN);
  });

  it.each([null, 'nobody', 'untold'] as const)('of whom Slack says %s has not left', (known) => {
    expect(presenceOf(known, ALONE, true)).toEqual(UNKNOWN);
  });
});

describe('the members of a workspace', () => {
  const user = User.parse({ id: 'edda1', login: EDDA });
  const gone = (id: string, fields: object = {}) => slackUser({ deleted: true, ...fields }, id);
  const found = (members: SlackUser[], pairs: Parameters<typeof leaversAmong>[2] = []) =>
    leaversAmong(members, [user], pairs, ALONE);

  it('have left whose address is a login, letter case aside', () => {
    expect(found([gone('U1', { profile: { email: 'Edda@Example.com' } })])).toMatchObject([
      { member: 'U1', how: 'deactivated', guest: null, user },
    ]);
    expect(found([gone('U1', { profile: { email: 'silas@example.com' } })])).toEqual([]);
    expect(found([gone('U1', { is_bot: true }), gone('U2', { team_id: STRANGE })])).toEqual([]);
  });

  it('have moved where an active one has the address', () => {
    expect(found([gone('U1'), slackUser({}, 'U2')])).toEqual([]);
  });

  it('are known by who left last, where several had the address', () => {
    const members = [gone('U1', { updated: 2 }), gone('U2', { updated: 3 }), gone('U3', { updated: 1 })];
    expect(found(members).map(({ member }) => member)).toEqual(['U2']);
  });

  it('are known by the pairs of before where the address is gone, with whether they were guests', () => {
    const pair = { member: MemberId.parse('U1'), userId: user.id, address: EDDA, guest: true };
    expect(found([gone('U1', { profile: {} })], [pair])).toMatchObject([{ member: 'U1', guest: true }]);
    expect(found([gone('U1', { profile: {} })], [{ ...pair, address: 'old@example.com' }])).toEqual([]);
    expect(found([gone('U1')], [pair])).toMatchObject([{ member: 'U1', guest: true }]);
  });
});
