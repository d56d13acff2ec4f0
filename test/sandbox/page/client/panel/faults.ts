import { h } from 'preact';
import { useState } from 'preact/hooks';
import type { FastlyFaults } from '../../../control/protocol.ts';
import { reasonOf, setFaults } from '../control.ts';

/** A switch; `on` and `off` are what it sets. */
type Fault = {
  name: string;
  explanation: string;
  isOn: (faults: FastlyFaults) => boolean;
  on: Partial<FastlyFaults>;
  off: Partial<FastlyFaults>;
};

/** As good as for ever: until it is switched off. */
const EVERY_TIME = 1_000_000;

const FAULTS: Fault[] = [
  {
    name: 'Slow',
    explanation: 'each answer takes 4 seconds more',
    isOn: ({ delay }) => delay !== null,
    on: { delay: { match: null, milliseconds: 4000 } },
    off: { delay: null },
  },
  {
    name: 'Rate limit used up',
    explanation: '429 to each change, until the full hour',
    isOn: ({ rateLimitUsedUp }) => rateLimitUsedUp !== null,
    on: { rateLimitUsedUp: { reset: null } },
    off: { rateLimitUsedUp: null },
  },
  {
    name: 'Server error',
    explanation: '500 to everything',
    isOn: ({ fail }) => fail !== null,
    on: { fail: { match: null, status: 500, times: EVERY_TIME } },
    off: { fail: null },
  },
  {
    name: 'Connection lost',
    explanation: 'what is asked is done, and the answer never comes',
    isOn: ({ drop }) => drop !== null,
    on: { drop: { match: null, when: 'after', times: EVERY_TIME } },
    off: { drop: null },
  },
  {
    name: 'No direct creation',
    explanation: 'users can only be invited',
    isOn: ({ directCreation }) => directCreation !== 'allowed',
    on: { directCreation: 403 },
    off: { directCreation: 'allowed' },
  },
  {
    name: 'Somebody else',
    explanation: 'each answer about a user is about another user',
    isOn: ({ otherUser }) => otherUser !== false,
    on: { otherUser: true },
    off: { otherUser: false },
  },
  {
    name: 'Token without a user',
    explanation: '404 to the question whose token it is',
    isOn: ({ noCurrentUser }) => noCurrentUser,
    on: { noCurrentUser: true },
    off: { noCurrentUser: false },
  },
  {
    name: 'Tokens keep a user',
    explanation: 'a user with API tokens cannot be deleted',
    isOn: ({ tokensAtDeletion }) => tokensAtDeletion === 'refuse',
    on: { tokensAtDeletion: 'refuse' },
    off: { tokensAtDeletion: 'end' },
  },
  {
    name: 'Tokens outlive a user',
    explanation: 'the API tokens of a deleted user go on working',
    isOn: ({ tokensAtDeletion }) => tokensAtDeletion === 'stay',
    on: { tokensAtDeletion: 'stay' },
    off: { tokensAtDeletion: 'end' },
  },
  {
    name: 'No list of tokens',
    explanation: '403 to the question which API tokens there are',
    isOn: ({ tokensUnreadable }) => tokensUnreadable,
    on: { tokensUnreadable: true },
    off: { tokensUnreadable: false },
  },
];

/** How many of the switches are on. */
export function faultsOn(faults: FastlyFaults): number {
  return FAULTS.filter(({ isOn }) => isOn(faults)).length;
}

/** What Fastly can be made to do. */
export function Faults({ faults }: { faults: FastlyFaults }) {
  const [problem, setProblem] = useState<string | null>(null);
  const change = (changes: Partial<FastlyFaults>) =>
    setFaults(changes).then(
      () => setProblem(null),
      (error: unknown) => setProblem(reasonOf(error)),
    );
  return h(
    'fieldset',
    { class: 'faults' },
    h('legend', null, 'What goes wrong at Fastly'),
    FAULTS.map(({ name, explanation, isOn, on, off }) => {
      const checked = isOn(faults);
      return h(
        'label',
        { key: name },
        h('input', { type: 'checkbox', role: 'switch', checked, onChange: () => change(checked ? off : on) }),
        h('span', null, name, h('small', null, explanation)),
      );
    }),
    problem !== null && h('p', { class: 'error', role: 'alert' }, problem),
  );
}
