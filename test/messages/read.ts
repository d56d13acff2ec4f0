import { mrkdwn, type Sentence } from '../../src/messages/kit/sentence.ts';

/** A sentence as somebody in UTC reads it, with members as `<@id>` and code in backticks. */
export function read(sentence: Sentence): string {
  return mrkdwn(sentence).replaceAll(/<!date[^|]*\|([^>]*)>/g, '$1');
}
