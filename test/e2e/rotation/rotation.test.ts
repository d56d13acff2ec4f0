import { describe, expect, it } from 'vitest';
import { NORA, TOMAS } from '../../sandbox/cast.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';
import { askForDeletion, databaseInFile, deletions, startAnother } from '../support/approving.ts';
import { readyz } from '../support/readyz.ts';
import { DELIVERY, startWorkplace, type Workplace } from '../support/workplace.ts';

type Rotation = {
  secret: string;
  rotate(workplace: Workplace): void;
  /** What `/readyz` says of the bot that still has the old one. */
  degraded?: RegExp;
};

const EVERYWHERE: readonly Rotation[] = [
  {
    secret: 'FASTLY_API_TOKEN',
    rotate: ({ fastly }) => fastly.rotateToken(),
    degraded: /Fastly refuses FASTLY_API_TOKEN/,
  },
  { secret: 'SLACK_BOT_TOKEN', rotate: ({ slack }) => slack.rotate('botToken'), degraded: /SLACK_BOT_TOKEN/ },
];
const BY_DELIVERY: Record<typeof DELIVERY, Rotation> = {
  socket: {
    secret: 'SLACK_APP_TOKEN',
    rotate: ({ slack }) => slack.rotate('appToken'),
    degraded: /SLACK_APP_TOKEN/,
  },
  http: { secret: 'SLACK_SIGNING_SECRET', rotate: ({ slack }) => slack.rotate('signingSecret') },
};

describe('a secret that is rotated while a request waits', () => {
  it.each([...EVERYWHERE, BY_DELIVERY[DELIVERY]])(
    '$secret: the bot lives on with the old one, says so, and loses nothing',
    async ({ rotate, degraded }) => {
      const variables = await databaseInFile();
      const workplace = await startWorkplace(DELIVERY, variables);
      const { client } = workplace;
      const message = await askForDeletion(client, NORA, ENGINEER);
      rotate(workplace);
      // Each calls Slack or Fastly with its token.
      await client.as(NORA).home();
      await client.as(NORA).command('whoami');
      if (degraded) {
        await expect
          .poll(async () => (await readyz(workplace)).body.degraded.map(({ what }) => what).join('\n'))
          .toMatch(degraded);
      }
      await startAnother(workplace, variables);
      await message.take(client.as(TOMAS), 'approve');
      await client
        .as(TOMAS)
        .until((sees) => message.words(sees).includes('was deleted'), 'the request to be carried out');
      expect(await deletions(client)).toEqual([`/user/${ENGINEER.id}`]);
    },
  );
});
