import { h } from 'preact';
import type { BlockOf } from '../block-kit.ts';

const RADIUS = 50;

/** https://docs.slack.dev/reference/block-kit/blocks/data-visualization-block: a pie, and what each segment stands for. */
export function PieChart({ block }: { block: BlockOf<'data_visualization'> }) {
  const { title, chart } = block;
  const all = chart.segments.reduce((sum, { value }) => sum + value, 0);
  const starts = chart.segments.map((_, index) =>
    chart.segments.slice(0, index).reduce((sum, { value }) => sum + value / all, 0),
  );
  return h(
    'figure',
    { class: 'chart' },
    h('figcaption', null, title),
    h(
      'svg',
      { viewBox: `${-RADIUS} ${-RADIUS} ${2 * RADIUS} ${2 * RADIUS}`, 'aria-hidden': 'true' },
      chart.segments.map(({ value }, index) =>
        chart.segments.length === 1
          ? h('circle', { r: RADIUS, class: colourOf(index) })
          : h('path', { d: slice(starts[index] ?? 0, value / all), class: colourOf(index) }),
      ),
    ),
    h(
      'ul',
      null,
      chart.segments.map(({ label, value }, index) =>
        h(
          'li',
          null,
          h('svg', { viewBox: '0 0 10 10', 'aria-hidden': 'true' }, [
            h('rect', { width: 10, height: 10, rx: 2, class: colourOf(index) }),
          ]),
          h('span', null, `${label}: ${value}`),
        ),
      ),
    ),
  );
}

const colourOf = (index: number) => `segment-${index + 1}`;

/** From a part of the whole on, clockwise from the top. */
function slice(start: number, part: number): string {
  const at = (share: number) =>
    `${(RADIUS * Math.sin(2 * Math.PI * share)).toFixed(3)} ${(-RADIUS * Math.cos(2 * Math.PI * share)).toFixed(3)}`;
  const isLarge = part > 0.5 ? 1 : 0;
  return `M 0 0 L ${at(start)} A ${RADIUS} ${RADIUS} 0 ${isLarge} 1 ${at(start + part)} Z`;
}
