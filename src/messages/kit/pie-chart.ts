import { type Message, notification, type PieChartBlock } from './message.ts';
import { cut, plain } from './plain.ts';
import { richText } from './sentence.ts';
import type { Around } from './table.ts';

/** docs.slack.dev, data visualization block. Slack's own pages disagree on more segments than these. */
const MOST_SEGMENTS = 6;
const LABEL_LENGTH = 20;
const TITLE_LENGTH = 50;

/** `value`: more than 0. */
export type Segment = { label: string; value: number };

/**
 * A pie chart. Its figures must be in the words around it too, as a picture is not read out.
 *
 * @param segments at least one, the largest first. The smallest are put together where there are too many
 * @param plainer the message where Slack takes no chart
 */
export function pieChartMessage(
  title: string,
  segments: readonly Segment[],
  { headline, above, below }: Around,
  plainer: Message,
): Message {
  const labelled = withOther(segments).map(({ label, value }) => ({
    label: cut(plain(label), LABEL_LENGTH),
    value,
  }));
  const block: PieChartBlock = {
    type: 'data_visualization',
    title: cut(title, TITLE_LENGTH),
    chart: { type: 'pie', segments: labelled },
  };
  return { text: notification(headline), blocks: [richText(headline), ...above, block, ...below], plainer };
}

function withOther(segments: readonly Segment[]): readonly Segment[] {
  if (segments.length <= MOST_SEGMENTS) return segments;
  const own = segments.slice(0, MOST_SEGMENTS - 1);
  const others = segments.slice(own.length).reduce((sum, { value }) => sum + value, 0);
  return [...own, { label: 'other', value: others }];
}
