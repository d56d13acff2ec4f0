import { z } from 'zod';
import { id } from './composition.ts';

const segment = z.strictObject({ label: z.string().min(1).max(20), value: z.number().positive() });
const pie = z.strictObject({ type: z.literal('pie'), segments: z.array(segment).min(1).max(6) });

/** https://docs.slack.dev/reference/block-kit/blocks/data-visualization-block: of its charts the pie. */
export const dataVisualization = z.strictObject({
  type: z.literal('data_visualization'),
  block_id: id.optional(),
  title: z.string().min(1).max(50),
  chart: z.discriminatedUnion('type', [pie]),
});
