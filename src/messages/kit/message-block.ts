import type { KnownBlock } from '@slack/types';

/** A pie chart. `@slack/types` has none yet. @see https://docs.slack.dev/reference/block-kit/blocks/data-visualization-block */
export type PieChartBlock = {
  type: 'data_visualization';
  block_id?: string;
  title: string;
  chart: { type: 'pie'; segments: { label: string; value: number }[] };
};

/** What a message is made of. */
export type MessageBlock = KnownBlock | PieChartBlock;
