import { z } from 'zod';
import type { JsonObject } from '../../control/protocol.ts';
import { jsonObject } from '../json.ts';
import { Refusal } from '../refusal.ts';
import type { Slack } from '../slack.ts';
import type { View } from '../views.ts';
import { parseArguments } from './arguments.ts';
import type { Methods } from './method.ts';

const fromTrigger = z.object({ trigger_id: z.string().min(1), view: jsonObject });

/** https://docs.slack.dev/reference/methods?family=views; none needs a scope. */
export const viewsMethods: Methods = {
  'views.open': { token: 'bot', scopes: [], call: open },
  'views.push': { token: 'bot', scopes: [], call: push },
  'views.update': { token: 'bot', scopes: [], call: update },
  'views.publish': { token: 'bot', scopes: [], call: publish },
};

function answer(slack: Slack, view: View): JsonObject {
  return { view: slack.views.describe(view) };
}

function open(slack: Slack, args: JsonObject): JsonObject {
  const { trigger_id: triggerId, view } = parseArguments(fromTrigger, args);
  slack.views.check(view, 'modal');
  const { memberId } = slack.triggers.exchange(triggerId);
  return answer(slack, slack.views.open(slack.workspace.member(memberId), view));
}

function push(slack: Slack, args: JsonObject): JsonObject {
  const { trigger_id: triggerId, view } = parseArguments(fromTrigger, args);
  slack.views.check(view, 'modal');
  const { memberId, viewId } = slack.triggers.exchange(triggerId);
  if (!slack.views.stack(memberId).some((each) => each.id === viewId))
    throw new Refusal('invalid_trigger_id');
  return answer(slack, slack.views.push(slack.workspace.member(memberId), view));
}

function update(slack: Slack, args: JsonObject): JsonObject {
  const wanted = parseArguments(
    z.object({
      view_id: z.string().optional(),
      external_id: z.string().optional(),
      hash: z.string().optional(),
      view: jsonObject,
    }),
    args,
  );
  const { view_id: id, external_id: externalId, hash } = wanted;
  if (!id && !externalId) {
    throw new Refusal('invalid_arguments', {
      response_metadata: { messages: ['[ERROR] one of view_id and external_id is required'] },
    });
  }
  const view = slack.views.find(id ? { id } : { externalId: externalId ?? '' });
  if (view === undefined) throw new Refusal('not_found');
  slack.views.check(wanted.view, view.payload.type === 'home' ? 'home' : 'modal', view);
  if (hash && hash !== view.hash) throw new Refusal('hash_conflict');
  return answer(slack, slack.views.update(view, wanted.view));
}

function publish(slack: Slack, args: JsonObject): JsonObject {
  const wanted = parseArguments(
    z.object({ user_id: z.string(), hash: z.string().optional(), view: jsonObject }),
    args,
  );
  if (!slack.manifest.homeTab) throw new Refusal('not_enabled');
  const member = slack.workspace.findMember(wanted.user_id);
  if (member === undefined) throw new Refusal('user_not_found');
  if (slack.workspace.isDeactivated(member.id)) throw new Refusal('user_disabled');
  const before = slack.views.home(member.id);
  slack.views.check(wanted.view, 'home', before ?? undefined);
  if (wanted.hash && wanted.hash !== before?.hash) throw new Refusal('hash_conflict');
  return answer(slack, slack.views.publish(member, wanted.view));
}
