import type { ModalView } from '@slack/types';
import { message } from '../../messages/kit/message.ts';
import { code, richText, type Sentence, say } from '../../messages/kit/sentence.ts';
import type { Codec } from '../../slack/carried.ts';
import type { Listener } from '../../slack/gate/listeners.ts';
import type { Interaction } from '../../slack/replies/interaction.ts';
import { type Form, formListener, viewOf } from '../form.ts';
import type { Match, SeveralMatch } from './find-user.ts';
import { LoginChanged, type Meant, meantBy } from './meant.ts';
import { type Asked, actOrAskAnew, ask, type OnUser } from './question.ts';
import { pickedUser, userChoice, userPicker } from './user-picker.ts';

/**
 * Acts where it is certain who is meant and there is nothing to know before; else asks. There is one question at most.
 *
 * @param warning what to know before it is done
 * @param isLook whether nothing is changed: then it is enough that the words fit
 */
export async function actOrAsk(
  interaction: Interaction,
  onUser: OnUser,
  match: Match,
  { asked, warning = null, isLook = false }: { asked: Asked; warning?: Sentence | null; isLook?: boolean },
): Promise<void> {
  const before = warning === null ? [] : [warning];
  if (match.kind === 'several') {
    const { users, more } = match;
    return await ask(interaction, onUser, { users, more, text: [...before, whichOne(match)], asked });
  }
  if (warning === null && (match.kind === 'certain' || isLook)) {
    return await actOrAskAnew(interaction, onUser, meantBy(match.user), asked);
  }
  const question =
    match.kind === 'certain'
      ? say`Continue anyway?`
      : say`One user matches ${match.typed}. Is it the right one?`;
  await ask(interaction, onUser, { users: [match.user], text: [...before, question], asked });
}

function whichOne({ users, more, typed }: SeveralMatch): Sentence {
  return say`${users.length}${more ? '+' : ''} users match ${typed}. Which one do you mean?`;
}

/** A form that asks for the user and carries the rest of the command, before the form that is about the user. */
export type UserFirst<Wanted> = {
  form: Form;
  carried: Codec<Wanted>;
  /** The form about the user. @throws {LoginChanged} */
  next(interaction: Interaction, user: Meant, wanted: Wanted, onTop?: Sentence): Promise<ModalView>;
  /** Said on top of that form, where the user has another login than the caller saw. */
  anotherLogin: Sentence;
  /** For a caller who closed the form meanwhile. @param again the command that opens it */
  closed(again: ReturnType<typeof code>): Sentence;
};

/** @param offered the users whom the words fit; without them, the form searches all */
export function userFirstForm<Wanted>(
  { form, carried }: UserFirst<Wanted>,
  { origin }: Interaction,
  wanted: Wanted,
  { offered, problem }: { offered?: SeveralMatch; problem?: Sentence } = {},
): ModalView {
  return viewOf(form, origin, {
    onTop: problem,
    subject: carried.write(wanted),
    blocks: offered ? [richText(whichOne(offered)), userChoice(offered.users)] : [userPicker()],
  });
}

export function userFirstListener<Wanted>(subcommand: string, userFirst: UserFirst<Wanted>): Listener {
  const { form, carried, next, anotherLogin, closed } = userFirst;
  return formListener(form, {
    async work(interaction, { values, subject }) {
      const user = pickedUser(values);
      const wanted = carried.read(subject);
      const view = await next(interaction, user, wanted).catch(async (error: unknown) => {
        if (!(error instanceof LoginChanged)) throw error;
        return await next(interaction, meantBy(error.user), wanted, anotherLogin);
      });
      return { kind: 'next', view, orElse: message(closed(code(`/fastly-user ${subcommand} ${user.id}`))) };
    },
    again: async (interaction, { subject }, problem) =>
      userFirstForm(userFirst, interaction, carried.read(subject), { problem }),
  });
}
