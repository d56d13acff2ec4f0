import fc from 'fast-check';
import { RequestId } from '../../../src/approvals/request.ts';
import { readAddress } from '../../../src/commands/inputs/address.ts';
import { nearest, readFlags, splitWords } from '../../../src/commands/inputs/command-text.ts';
import { readMeant } from '../../../src/commands/inputs/meant.ts';
import { Answer, Asked } from '../../../src/commands/inputs/question.ts';
import { reasonFromFlag } from '../../../src/commands/inputs/reason.ts';
import { settingFlags, settingsInWords } from '../../../src/commands/inputs/settings-form.ts';
import { Page, searchText } from '../../../src/commands/list/filter-form.ts';
import { SUBCOMMAND_NAMES } from '../../../src/config/subcommand-names.ts';
import { failureMessage, Refusal } from '../../../src/messages/failure-text.ts';
import { formsOf } from '../../../src/messages/kit/message.ts';
import { Origin } from '../../../src/slack/carried.ts';
import { readIncoming } from '../../../src/slack/incoming.ts';
import { UndoValue } from '../../../src/slack/undo-button.ts';
import { problemsOfMessage } from './oracle.ts';
import { hostileJson, hostileText, WORDS } from './text.ts';
import { KNOWN } from './things.ts';

/** What somebody types after `/fastly-user`: words of the bot's, and whatever else. */
export const typed = fc
  .array(fc.oneof(fc.constantFrom(...WORDS), fc.constantFrom(...SUBCOMMAND_NAMES), hostileText), {
    maxLength: 6,
  })
  .chain((words) => fc.constantFrom('', ' ').map((between) => words.join(between)));

const FLAGS = { ...settingFlags(['name', 'role', 'locked']), reason: 'text', private: 'switch' } as const;

/** Reads a typed text in every way there is. What cannot be read is refused, in words that are safe to show. */
export function problemsOfTyped(text: string): string[] {
  return [
    () => readFlags(splitWords(text), FLAGS),
    () => settingsInWords(readFlags(splitWords(text), FLAGS).flags, ['name', 'role', 'locked']),
    () => reasonFromFlag(readFlags(splitWords(text), FLAGS).flags),
    () => readAddress(text),
    () => searchText(text),
    () => nearest(text.slice(0, 75), SUBCOMMAND_NAMES),
  ].flatMap(problemsOfReading);
}

function problemsOfReading(read: () => unknown): string[] {
  try {
    read();
    return [];
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return [false, true]
      .map((kept) => failureMessage(error, 'K7Q2-9FMX', { kept }))
      .flatMap(formsOf)
      .flatMap((form) => problemsOfMessage(form, KNOWN));
  }
}

const id = fc.oneof(hostileText, fc.constantFrom('nora1', '..', 'a'.repeat(300)));
/** Nearly what buttons, options and forms carry: keys of theirs, with values of anybody's. */
const nearly = fc.record(
  {
    channel: fc.oneof(hostileJson, fc.constantFrom('C0CDNTEAM', null)),
    private: fc.oneof(fc.boolean(), hostileJson),
    subject: fc.oneof(hostileText, hostileJson),
    subcommand: fc.oneof(fc.constantFrom(...SUBCOMMAND_NAMES), hostileText),
    settings: fc.oneof(
      fc.record({ role: hostileText, name: hostileText }, { requiredKeys: [] }),
      hostileJson,
    ),
    user: fc.oneof(fc.record({ id, login: hostileText }), hostileJson),
    change: hostileText,
    from: fc.oneof(fc.integer(), fc.double(), hostileJson),
    filter: fc.oneof(
      fc.record({
        text: hostileText,
        role: hostileText,
        locked: fc.boolean(),
        withoutTwoFactor: fc.boolean(),
        inactive: fc.option(fc.integer()),
      }),
      hostileJson,
    ),
  },
  { requiredKeys: [] },
);

/** The text that a button, an option or a form brings back. */
export const carried = fc.oneof(
  { weight: 4, arbitrary: nearly.map((value) => JSON.stringify(value)) },
  { weight: 1, arbitrary: hostileJson.map((value) => JSON.stringify(value) ?? '') },
  { weight: 1, arbitrary: hostileText },
  { weight: 1, arbitrary: fc.tuple(id, hostileText).map(([first, second]) => `${first} ${second}`) },
);

/** Reads what came back in every way there is: as what it is, or not at all. What was read is written as it was. */
export function problemsOfCarried(text: string): string[] {
  const codecs = [Asked, Answer, UndoValue, Page];
  const problems = codecs.flatMap((codec) =>
    problemsOfReading(() => {
      const value: unknown = codec.read(text);
      if (JSON.stringify(value) === undefined) throw new Error('What was read cannot be written.');
    }),
  );
  const origin = Origin.read(text);
  const again = origin && Origin.read(Origin.write(origin, Origin.readSubject(text)));
  const meant = readMeant(text);
  const request = RequestId.safeParse(text);
  return [
    ...problems,
    ...(JSON.stringify(origin) === JSON.stringify(again) ? [] : ['an origin that does not come back']),
    ...(meant === null || /^[A-Za-z0-9]+$/.test(meant.id) ? [] : ['an id that is none']),
    ...(!request.success || /^[A-Z0-9-]{9}$/.test(request.data) ? [] : ['a request that is none']),
  ];
}

const person = fc.oneof(fc.record({ id: hostileText, team_id: hostileText }), hostileJson);
const view = fc.oneof(
  fc.record({
    id: hostileText,
    type: hostileText,
    callback_id: hostileText,
    private_metadata: carried,
    state: fc.oneof(
      fc.record({ values: fc.dictionary(hostileText, fc.dictionary(hostileText, hostileJson)) }),
      hostileJson,
    ),
  }),
  hostileJson,
);

/** The body of a delivery: fields of Slack's, with values of anybody's. */
export const body = fc.record(
  {
    type: fc.oneof(
      fc.constantFrom(
        'block_actions',
        'view_submission',
        'block_suggestion',
        'view_closed',
        'shortcut',
        'event_callback',
      ),
      hostileText,
    ),
    command: fc.oneof(fc.constantFrom('/fastly-user'), hostileJson),
    text: fc.oneof(typed, hostileJson),
    user: person,
    user_id: hostileText,
    team_id: hostileText,
    team: hostileJson,
    enterprise: hostileJson,
    channel_id: fc.oneof(fc.constantFrom('C0CDNTEAM'), hostileText),
    channel: hostileJson,
    container: hostileJson,
    actions: fc.oneof(fc.array(fc.record({ action_id: hostileText, value: carried })), hostileJson),
    action_id: hostileText,
    view,
    event: fc.oneof(fc.record({ type: hostileText, channel: hostileJson, view }), hostileJson),
    authorizations: hostileJson,
    is_enterprise_install: hostileJson,
    trigger_id: hostileText,
    response_url: hostileText,
  },
  { requiredKeys: [] },
);

/** Reads a delivery. */
export function problemsOfBody(value: unknown): string[] {
  const incoming = readIncoming(value);
  return incoming === null || typeof incoming.id === 'string' ? [] : ['a delivery for nobody'];
}
