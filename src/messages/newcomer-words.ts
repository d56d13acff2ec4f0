import { type CurrentSettings, only, SETTINGS, type Settings, unmet } from '../changes/settings.ts';
import { bold, type Sentence, say } from './kit/sentence.ts';
import { otherwiseWords, settingsWords } from './setting-words.ts';

const UNASKED_SUPERUSER = say`🚨 ${bold('Fastly answers with the role of Fastly superuser, which nobody asked for.')} Look at once, and take it back unless it is right.`;

/**
 * What Fastly answers of somebody new, to be put behind when it was; and a warning for each thing that is not as it was
 * wanted. The name is left out: they are called by it.
 */
export function newcomerWords(
  wanted: Settings,
  now: CurrentSettings,
): { what: Sentence; warnings: Sentence[] } {
  const unasked = now.role === 'superuser' && wanted.role !== 'superuser';
  const otherwise = unmet(wanted, now);
  const asWanted = SETTINGS.filter((setting) => setting !== 'name' && !otherwise.includes(setting));
  const words = settingsWords({ ...only(wanted, asWanted), ...(now.role !== null && { role: now.role }) });
  return {
    what: words.parts.length === 0 ? say`` : say`: ${words}`,
    warnings: [
      ...(unasked ? [UNASKED_SUPERUSER] : []),
      ...otherwise
        .filter((setting) => !(unasked && setting === 'role'))
        .map((setting) => otherwiseWords(setting, wanted, now)),
    ],
  };
}
