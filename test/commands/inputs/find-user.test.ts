import { WebClient } from '@slack/web-api';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { splitWords } from '../../../src/commands/inputs/command-text.ts';
import { type Asking, findUser, givenWords } from '../../../src/commands/inputs/find-user.ts';
import { Secret } from '../../../src/config/secret.ts';
import { Directory, type Purpose } from '../../../src/directory/directory.ts';
import { FastlyClient } from '../../../src/fastly/client.ts';
import { CustomerId } from '../../../src/fastly/user.ts';
import { Network } from '../../../src/http/network.ts';
import { Refusal } from '../../../src/messages/failure-text.ts';
import { plainText } from '../../../src/messages/kit/sentence.ts';
import { Members } from '../../../src/slack/connection/members.ts';
import { CUSTOMER_ID, completeUser } from '../../sandbox/fastly/user.ts';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts';

/** The account that the texts meet, beside the sandbox's own people: ids, names and logins. */
const ACCOUNT = [
  ['ashlee1', 'Ashlee Quill', 'ashlee@quux.example'],
  ['samau1', 'Sam Barrow', 'sam@quux.example.au'],
  ['rene1', 'Rene Plain', 'rene@quux.example'],
  ['theresa1', 'Theresa Voss', 'theresa@quux.example'],
  ['leif1', 'Leif Quist', 'leif@quux.example'],
  ['tag1', 'Tara Tagg', 'tara+cdn@quux.example'],
  ['tag2', 'Tara Plain', 'tara@quux.example'],
  ['sub1', 'Sub Domain', 'sub@eu.quux.example'],
  ['case1', 'Casey Lower', 'casey@quux.example'],
  ['case2', 'Casey Upper', 'CASEY@quux.example'],
  ['twin1', 'Uma Twin', 'uma.one@quux.example'],
  ['twin2', 'Uma Twin', 'uma.two@quux.example'],
  ['mono1', 'Cherubina', 'cherubina@quux.example'],
  ['mono2', 'Cherubina Long', 'cherubina.long@quux.example'],
  ['o1', "Saoirse O'Quill", "saoirse.o'quill@quux.example"],
  ['hooft1', "Gerrit 't Hooft", 'gerrit@quux.example'],
  ['nbsp1', 'Nils Bergquist', 'nils@quux.example'],
  ['rtl1', 'ליאת כהן', 'liat@quux.example'],
  ['acc1', 'Zoë Quillon', 'zoe@quux.example'],
  ['homo1', 'Pavel Latin', 'pavel@quux.example'],
  ['idname1', 'Ida Name', 'ida@quux.example'],
  // The name of the one is the id of the other.
  ['other1', 'idname1', 'other@quux.example'],
  ['loginname1', 'wim@quux.example', 'loginname@quux.example'],
  ['wim1', 'Wim Self', 'wim@quux.example'],
  ['AbCdEfGhIjKlMnOpQr1', 'Upper Id', 'upper@quux.example'],
  ['german1', 'Jürgen Groß', 'juergen@quux.example'],
] as const;

const MAIL = (address: string) => `<mailto:${address}|${address}>`;
const NOBODY = /No user (has the login|matches)/;

/**
 * What Slack delivers after the subcommand, and whom a change means by it: an id where nothing has to be asked, `asked:` an
 * id where the person is asked first, `choice:` the ids of a choice, or the words of a refusal.
 */
const ROWS: readonly (readonly [typed: string, meant: string | RegExp])[] = [
  // Ids
  ['ashlee1', 'ashlee1'],
  ['Ashlee1', 'asked:ashlee1'],
  ['AbCdEfGhIjKlMnOpQr1', 'AbCdEfGhIjKlMnOpQr1'],
  ['abcdefghijklmnopqr1', 'asked:AbCdEfGhIjKlMnOpQr1'],
  ['idname1', 'choice:idname1,other1'],
  ['*ashlee1*', 'ashlee1'],
  // Logins
  [MAIL('ashlee@quux.example'), 'ashlee1'],
  ['ashlee@quux.example', 'ashlee1'],
  ['ASHLEE@Quux.Example', 'ashlee1'],
  [MAIL('lee@quux.example'), NOBODY],
  ['lee@quux.example', NOBODY],
  [MAIL('sam@quux.example'), NOBODY],
  [MAIL('sam@quux.example.au'), 'samau1'],
  ['sam@quux.example.a', NOBODY],
  [MAIL('sub@quux.example'), NOBODY],
  [MAIL('sub@eu.quux.example'), 'sub1'],
  [MAIL('ub@eu.quux.example'), NOBODY],
  ['rené@quux.example', 'asked:rene1'],
  ['rene@quux.example', 'rene1'],
  ['ｒｅｎｅ@quux.example', 'asked:rene1'],
  ['раvel@quux.example', NOBODY],
  ['pavel@quux.example', 'homo1'],
  [MAIL('tara+cdn@quux.example'), 'tag1'],
  [MAIL('tara@quux.example'), 'tag2'],
  ['tara+other@quux.example', NOBODY],
  ['casey@quux.example', 'choice:case1,case2'],
  ['CASEY@QUUX.EXAMPLE', 'choice:case1,case2'],
  ['wim@quux.example', 'choice:wim1,loginname1'],
  ["saoirse.o'quill@quux.example", 'o1'],
  [`saoirse.o'${MAIL('quill@quux.example')}`, 'o1'],
  ['saoirse.o’quill@quux.example', 'asked:o1'],
  ['nobody@nowhere.test', NOBODY],
  ['@quux.example', /asked|choice|No user/],
  // What keyboards and Slack do to an address
  [`${MAIL('leif@quux.example')},`, 'leif1'],
  [`\`${MAIL('leif@quux.example')}\``, 'leif1'],
  [`*${MAIL('leif@quux.example')}*`, 'leif1'],
  [`_${MAIL('leif@quux.example')}_`, 'leif1'],
  [`(${MAIL('leif@quux.example')})`, 'leif1'],
  [`\u200b${MAIL('leif@quux.example')}`, 'leif1'],
  [`${MAIL('leif@quux.example')}.`, 'leif1'],
  [`"${MAIL('leif@quux.example')}"`, 'leif1'],
  [`&lt;${MAIL('leif@quux.example')}&gt;`, 'leif1'],
  ['leif@quux.example.', 'leif1'],
  ['leif@quux.example,', 'leif1'],
  ['(leif@quux.example)', 'leif1'],
  ['*leif@quux.example*,', 'leif1'],
  ['leif@quux.example..', NOBODY],
  ['*leif@quux.example', NOBODY],
  ['\u200bleif@quux.example', NOBODY],
  ['<mailto:theresa@quux.example|leif@quux.example>', /links to another address/],
  ['<mailto:leif@quux.example|Leif Quist>', /links to another address/],
  ['<mailto:leif@quux.example|LEIF@quux.example>', 'leif1'],
  [`${MAIL('leif@quux.example')} please`, /on its own, without other words/],
  [`please ${MAIL('leif@quux.example')}`, /on its own, without other words/],
  [`${MAIL('leif@quux.example')} left the company`, /--reason/],
  [`${MAIL('leif@quux.example')} ${MAIL('theresa@quux.example')}`, /on its own, without other words/],
  [`"leif@quux.example theresa@quux.example"`, /on its own, without other words/],
  // Names
  ['Leif Quist', 'leif1'],
  ['"leif quist"', 'leif1'],
  ['LEIF   QUIST', 'leif1'],
  ['„Leif Quist“', 'leif1'],
  ['«Leif Quist»', 'leif1'],
  ['« Leif Quist »', 'leif1'],
  ['»Leif Quist«', 'leif1'],
  ['「Leif Quist」', 'leif1'],
  ['”Leif Quist„', 'leif1'],
  ['“Leif Quist', /The quote before .* isn't closed/],
  ['Leif\u00a0Quist', 'leif1'],
  ['Nils\u00a0Bergquist', 'nbsp1'],
  ['Leif', 'choice:e3EoTrZ8a7hRxE0rsk88J4,leif1'],
  ['Leif Q', 'asked:leif1'],
  ['Quist Leif', 'asked:leif1'],
  ['Leif Quist,', 'leif1'],
  ['Theresa', 'asked:theresa1'],
  ['here', 'asked:theresa1'],
  ['Uma Twin', 'choice:twin1,twin2'],
  ['Cherubina', 'asked:mono1'],
  ['Cherubina Long', 'mono2'],
  ['Zoë Quillon', 'acc1'],
  ['Zoe\u0308 Quillon', 'acc1'],
  ['Zoe Quillon', 'asked:acc1'],
  ['Jürgen Groß', 'german1'],
  ['Jurgen Groß', 'asked:german1'],
  ["Gerrit 't Hooft", 'hooft1'],
  ["'t Hooft", 'asked:hooft1'],
  ['’t Hooft', 'asked:hooft1'],
  ["Saoirse O'Quill", 'o1'],
  ['Saoirse O’Quill', 'asked:o1'],
  ['ליאת כהן', 'rtl1'],
  ['כהן ליאת', 'asked:rtl1'],
  ['\u202eליאת כהן', NOBODY],
  ['zzzz', NOBODY],
  // Mentions, and what is no user
  ['<@U0NORA001|nora>', '6IXbTkad7AtfqBmePPBeYg'],
  ['<@U0NORA001>,', '6IXbTkad7AtfqBmePPBeYg'],
  ['*<@U0NORA001|nora>*', '6IXbTkad7AtfqBmePPBeYg'],
  ['<@U0NORA001|nora> now', /mention on its own/],
  ['<@U0NORA001|nora> <@U0TOMAS01|tomas>', /mention on its own/],
  [`<@U0NORA001|nora> ${MAIL('leif@quux.example')}`, /mention on its own/],
  ['<!here>', /^@here isn't a user/],
  ['<!channel>', /^@channel isn't a user/],
  ['<!everyone|@everyone>', /^@everyone isn't a user/],
  ['<!subteam^S0OPS|@ops>', /^@ops isn't a user/],
  ['<#C0CDNTEAM|cdn-team>', /^#cdn-team isn't a user/],
  ['<!date^1700000000^{date}|yesterday>', /^yesterday isn't a user/],
];

let sandbox: Sandbox;
let asking: Asking;
let fastly: FastlyClient;
const network = new Network({});

beforeAll(async () => {
  sandbox = await startSandbox();
  sandbox.fastly.putUsers(ACCOUNT.map(([id, name, login]) => ({ ...completeUser({ id, name, login }) })));
  fastly = new FastlyClient({
    token: new Secret(sandbox.fastly.token),
    baseUrl: sandbox.fastly.url,
    timeout: 10_000,
    dispatcher: network.dispatcher,
  });
  const patient = new WebClient(sandbox.slack.botToken, { slackApiUrl: sandbox.slack.apiUrl });
  asking = {
    origin: { channel: null, private: true },
    users: fastly,
    services: {
      directory: new Directory(fastly),
      fastly,
      members: new Members(patient, pino({ level: 'silent' })),
      leavers: { met: () => {} },
      disabled: new Set(),
    },
    log: { warn: () => {} },
  };
});

afterAll(async () => {
  await network.close();
  await sandbox.close();
});

async function meant(typed: string, purpose: Purpose): Promise<string> {
  try {
    const match = await findUser(asking, givenWords(splitWords(typed)), purpose);
    if (match.kind === 'several') return `choice:${match.users.map(({ id }) => id).join(',')}`;
    return match.kind === 'certain' ? match.user.id : `asked:${match.user.id}`;
  } catch (error) {
    if (error instanceof Refusal) return plainText(error.sentence);
    throw error;
  }
}

describe('whom a typed text means', () => {
  it.each(ROWS)('%j → %s', async (typed, whom) => {
    const found = await meant(typed, 'change');
    if (typeof whom === 'string') expect(found).toBe(whom);
    else expect(found).toMatch(whom);
  });

  it('is the same to look at, where only one user fits', async () => {
    expect(await meant('Theresa', 'look')).toBe('asked:theresa1');
    expect(await meant(MAIL('lee@quux.example'), 'look')).toMatch(NOBODY);
  });
});

describe('an address that is nobody’s', () => {
  it('names the near logins, with buttons that only look', async () => {
    const error = await findUser(asking, splitWords('lee@quux.example'), 'change').catch((thrown) => thrown);
    expect(plainText(error.sentence)).toContain('ashlee@quux.example');
    const values = error.buttons.map(({ value }: { value: string }) => JSON.parse(value));
    expect(values.length).toBeGreaterThan(0);
    for (const value of values) expect(value.subcommand).toBe('get');
  });

  it('is named where it has an open invitation, with what can be done', async () => {
    await fastly.createInvitation({ email: 'invitee@quux.example' }, CustomerId.parse(CUSTOMER_ID));
    const told = await meant(MAIL('Invitee@quux.example'), 'change');
    expect(told).toMatch(/^Invitee@quux.example was invited .* and hasn't joined yet/);
    expect(told).toContain('/fastly-user invitations');
    expect(told).toContain('/fastly-user invite');
  });
});
