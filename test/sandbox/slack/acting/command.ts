import { z } from 'zod';
import { BOT, ORGANISATION, TEAM } from '../../cast.ts';
import type { CommandRequest, Outcome } from '../../control/protocol.ts';
import { escapeCommandText } from '../escape.ts';
import { channelName } from '../payload.ts';
import { Impossible, Refusal } from '../refusal.ts';
import { answer } from '../response-url.ts';
import type { Slack } from '../slack.ts';

const commandAnswer = z.object({
  text: z.string().optional(),
  blocks: z.json().optional(),
  response_type: z.enum(['ephemeral', 'in_channel']).optional(),
});

/** A member types a slash command into a channel. https://docs.slack.dev/interactivity/implementing-slash-commands */
export async function typeCommand(slack: Slack, memberId: string, request: CommandRequest): Promise<Outcome> {
  const { workspace, manifest } = slack;
  const member = workspace.member(memberId);
  const conversation = workspace.conversation(request.channel, memberId);
  const name = request.command ?? manifest.commands.keys().next().value;
  if (name === undefined) throw new Impossible('The app has no slash command.');
  const command = manifest.commands.get(name);
  const failed = (text: string): Outcome => {
    workspace.tell(memberId, text);
    return { acknowledged: false, notice: text };
  };
  if (command === undefined || member.teamId !== TEAM.id) {
    return failed(
      `${name} is not a valid command. In Slack, all messages that start with the "/" character are interpreted as slash commands.`,
    );
  }

  const text = request.text.trim();
  const delivered = await slack.deliveries.send('slash_commands', {
    token: slack.verificationToken,
    team_id: TEAM.id,
    team_domain: TEAM.domain,
    ...(slack.organisation && { enterprise_id: ORGANISATION.id, enterprise_name: ORGANISATION.name }),
    channel_id: conversation.id,
    channel_name: channelName(conversation),
    user_id: member.id,
    user_name: member.name,
    command: name,
    text: command.shouldEscape ? escapeCommandText(text, workspace) : text,
    api_app_id: BOT.appId,
    is_enterprise_install: 'false',
    response_url: slack.responseUrls.issue('commands', { memberId, conversation, message: null }),
    trigger_id: slack.triggers.issue({ memberId, viewId: null }),
  });
  const withError = (error: string) => failed(`${name} failed with the error "${error}"`);
  if ('failed' in delivered) {
    return withError(delivered.failed === 'timeout' ? 'operation_timeout' : 'dispatch_failed');
  }
  const { acknowledged } = delivered;
  const says = commandAnswer.safeParse(acknowledged);
  if (!says.success) return withError('invalid_command_response');
  if (says.data.text || says.data.blocks !== undefined) {
    try {
      answer(workspace, { memberId, conversation, message: null }, says.data);
    } catch (error) {
      if (error instanceof Refusal) return withError('invalid_command_response');
      throw error;
    }
  }
  return { acknowledged: true, response: acknowledged };
}
