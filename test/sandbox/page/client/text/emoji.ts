/** The emoji bots mostly write by name; others stay as they are written. */
const EMOJI = new Map(
  Object.entries({
    white_check_mark: '✅',
    heavy_check_mark: '✔️',
    x: '❌',
    no_entry: '⛔',
    no_entry_sign: '🚫',
    warning: '⚠️',
    lock: '🔒',
    unlock: '🔓',
    key: '🔑',
    hourglass: '⌛',
    hourglass_flowing_sand: '⏳',
    gear: '⚙️',
    wastebasket: '🗑️',
    mag: '🔍',
    mag_right: '🔎',
    email: '✉️',
    bell: '🔔',
    star: '⭐',
    crown: '👑',
    tada: '🎉',
    wave: '👋',
    eyes: '👀',
    bulb: '💡',
    information_source: 'ℹ️',
    rotating_light: '🚨',
    repeat: '🔁',
    leftwards_arrow_with_hook: '↩️',
    bust_in_silhouette: '👤',
    busts_in_silhouette: '👥',
    robot_face: '🤖',
    thumbsup: '👍',
    '+1': '👍',
    thumbsdown: '👎',
    '-1': '👎',
    smile: '😄',
    slightly_smiling_face: '🙂',
    large_green_circle: '🟢',
    large_yellow_circle: '🟡',
    red_circle: '🔴',
  }),
);

/** Undefined: the page has no such emoji. */
export const emojiNamed = (name: string) => EMOJI.get(name);

export const withEmoji = (text: string) =>
  text.replace(/:([\w+-]+):/g, (written, name: string) => EMOJI.get(name) ?? written);
