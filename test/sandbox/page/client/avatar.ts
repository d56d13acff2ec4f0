import { h } from 'preact';

/** A name's initials on a colour of its own. The name itself stands beside it. */
export function Avatar({ name, bot = false }: { name: string; bot?: boolean }) {
  const initials = name
    .split(/[\s-]+/)
    .slice(0, 2)
    .map((word) => word.charAt(0).toUpperCase())
    .join('');
  const hue = [...name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 360, 7);
  return h(
    'span',
    {
      class: 'avatar',
      'aria-hidden': true,
      style: { backgroundColor: bot ? '#d63b2f' : `hsl(${hue} 45% 34%)` },
    },
    bot ? 'f' : initials,
  );
}
