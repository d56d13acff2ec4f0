import type { QuickAction } from '../messages/home.ts';
import type { Listener } from '../slack/gate/listeners.ts';
import { HOME_OPENED, opensHome } from '../slack/incoming.ts';
import { create } from './create.ts';
import { get } from './get.ts';
import { reset } from './reset.ts';
import type { Subcommand } from './subcommand.ts';

/** What the Home tab offers to do: each opens the form of a subcommand, as that does where no words are given. */
const OFFERS: readonly { text: string; subcommand: Subcommand }[] = [
  { text: 'Find a user', subcommand: get },
  { text: 'Create a user', subcommand: create },
  { text: 'Reset a password', subcommand: reset },
];

export function quickActionsWithout(disabled: ReadonlySet<string>): QuickAction[] {
  return offersWithout(disabled).map(({ text, subcommand }) => ({ text, actionId: actionIdOf(subcommand) }));
}

/** The Home tab: that it is opened, and its buttons beside those of approval requests. */
export function homeListeners(disabled: ReadonlySet<string>): Listener[] {
  const buttons = offersWithout(disabled).map(
    ({ subcommand }): Listener => ({
      kind: 'click',
      id: actionIdOf(subcommand),
      run: (interaction) => subcommand.run(interaction, { words: [], flags: {} }),
    }),
  );
  const opened: Listener = {
    kind: 'event',
    id: HOME_OPENED,
    async run({ caller, services }, incoming) {
      if (opensHome(incoming)) await services.homes.opened(caller.memberId, incoming.hash);
    },
  };
  return [opened, ...buttons];
}

function offersWithout(disabled: ReadonlySet<string>) {
  return OFFERS.filter(({ subcommand }) => !disabled.has(subcommand.name));
}

function actionIdOf({ name }: Subcommand): string {
  return `home.${name}`;
}
