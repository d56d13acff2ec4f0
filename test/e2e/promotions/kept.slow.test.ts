import { describe, expect, it } from 'vitest';
import { CDN_TEAM, NORA, TOMAS } from '../../sandbox/cast.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';
import { askForUpdate, untilEditForm, updateOf, updates } from '../support/altering.ts';
import { openRequest } from '../support/approving.ts';
import { promotedFor, untilSaid } from '../support/promotions.ts';
import { elementsOf, messagesIn, wordsOf } from '../support/seeing.ts';
import { startWorkplace } from '../support/workplace.ts';

async function billingForADay() {
  const { client } = await startWorkplace();
  const nora = client.as(NORA);
  await nora.command(`update ${ENGINEER.id} --role billing --for 1d`);
  await untilSaid(nora, 'Role engineer → billing until');
  return { client, nora };
}

describe('a role that ends is kept', () => {
  it('by words, which say that the end is off, and offer no Undo that would do nothing', async () => {
    const { client, nora } = await billingForADay();
    await nora.command(`update ${ENGINEER.id} --role billing`);
    const said = await untilSaid(nora, 'without an end');
    expect(said).toMatch(
      /: Role billing as before, now without an end\. ⏳ The end is off, so engineer doesn't/,
    );
    const kept = messagesIn(await nora.sees(), CDN_TEAM).at(-1);
    expect(elementsOf(kept?.blocks)).toEqual([]);
    expect(await updates(client)).toEqual(Array(2).fill(updateOf(ENGINEER, { role: 'billing' })));
  });

  it('by the form, which has a tick for it', async () => {
    const { nora } = await billingForADay();
    await nora.command(`update ${ENGINEER.id}`);
    const form = await untilEditForm(nora);
    expect(wordsOf(form.blocks)).toContain('Keep this role without an end');
    await nora.submit({ keep: ['keep'], for: '2d' });
    await nora.until(
      ({ modals }) => modals.some(({ errors }) => errors.for?.includes('or say for how long')),
      'the field to refuse',
    );
    await nora.submit({ for: null });
    await untilSaid(nora, 'Role billing as before, now without an end');
    await nora.command(`update ${ENGINEER.id}`);
    expect(wordsOf((await untilEditForm(nora)).blocks)).not.toContain('Keep this role without an end');
  });

  it('by the form with a request, where it is that of a Fastly superuser', async () => {
    const { client } = await startWorkplace();
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    await promotedFor(client, ENGINEER, '4h');
    await nora.command(`update ${ENGINEER.id}`);
    await untilEditForm(nora);
    await nora.submit({ keep: ['keep'] });
    const request = await nora.until((sees) => openRequest(sees, CDN_TEAM, ENGINEER), 'the request');
    expect(request.words(await nora.sees())).toContain(
      '*Role* Fastly superuser as before *Lasts* without an end',
    );
    await request.take(tomas, 'approve');
    await request.until(tomas, '✅ Promoted');
  });

  it('by no form whose user has another role by now, and by none without an end', async () => {
    const { client, nora } = await billingForADay();
    await client.putFastlyUsers([{ ...ENGINEER, role: 'user' }]);
    await nora.command(`update ${ENGINEER.id}`);
    expect(wordsOf((await untilEditForm(nora)).blocks)).not.toContain('Keep this role without an end');
  });
});

it('an extension that was approved leaves an earlier change to be undone', async () => {
  const { client } = await startWorkplace();
  const nora = client.as(NORA);
  await promotedFor(client, ENGINEER, '1d');
  await nora.command(`update ${ENGINEER.id} --name "Edda Sommer"`);
  await untilSaid(nora, 'Name Edda Morton → Edda Sommer');
  const request = await askForUpdate(client, NORA, ENGINEER, '--role superuser --for 2d');
  await request.take(client.as(TOMAS), 'approve');
  await request.untilInThread(nora, 'moved');
  await nora.click({ channel: CDN_TEAM.id, actionId: 'update.undo' });
  await untilSaid(nora, 'Name Edda Sommer → Edda Morton');
});
