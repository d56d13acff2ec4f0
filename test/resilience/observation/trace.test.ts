import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { type BotProcess, logLine } from '../support/bot-process.ts';
import { PATIENT } from '../support/place.ts';
import { expectTakenOver } from '../support/takeover.ts';

const PAGE = readFileSync(new URL('../../../docs/observation.md', import.meta.url), 'utf8');

const Line = z.looseObject({
  msg: z.string(),
  interaction: z.string().optional(),
  request: z.string().optional(),
  operation: z.string().optional(),
  audit: z
    .looseObject({ event: z.string(), details: z.looseObject({ interaction: z.string().optional() }) })
    .optional(),
});

const linesOf = ({ lines }: BotProcess) =>
  lines.flatMap(({ text }) => (logLine(text) ? [Line.parse(JSON.parse(text))] : []));

it(
  'a deletion can be followed from its filing to its end in another replica, by the interactions and the request',
  PATIENT,
  async () => {
    const { dying, living, request } = await expectTakenOver();
    const lines = [...linesOf(dying), ...linesOf(living)];
    const filing = lines.find(({ msg }) => msg === 'an approval request was filed');
    expect(filing).toMatchObject({ request, interaction: expect.any(String) });
    const audits = lines.flatMap(({ audit, ...line }) => (audit ? [{ ...line, audit }] : []));
    const decision = audits.find(({ audit }) => audit.event === 'approved')?.interaction;
    expect(decision).toMatch(/^[A-Z0-9]{4}-[A-Z0-9]{4}$/);
    expect(
      audits.map(({ audit, interaction }) => [audit.event, audit.details.interaction, interaction]),
    ).toEqual([
      ['filed', filing?.interaction, filing?.interaction],
      ['approved', decision, decision],
      ['started', decision, decision],
      ['started', decision, decision],
      ['completed', decision, decision],
    ]);
    const ended = linesOf(living).find(({ msg }) => msg === 'an attempt at an approved request ended');
    expect(ended).toMatchObject({ request, interaction: decision });
    const calls = linesOf(living).filter(({ operation }) => operation === 'delete_user');
    expect(calls).toMatchObject([{ request, interaction: decision }]);
    const about = lines.filter((line) => JSON.stringify(line).includes(request));
    expect(about.filter((line) => line.request !== request)).toEqual([]);
    // What is only on lines about the process is explained by its own page.
    const fields = new Set(lines.filter((line) => line.interaction ?? line.request).flatMap(Object.keys));
    expect([...fields].filter((field) => !PAGE.includes(`\`${field}\``))).toEqual([]);
  },
);
