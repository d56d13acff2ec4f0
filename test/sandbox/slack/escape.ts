import type { Workspace } from './workspace.ts';

/** An address, a web address, `@handle` or `#channel`, in the order in which they are looked for. */
const ENTITY =
  /(?<address>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)|(?<url>https?:\/\/[^\s<>]+)|(?<=^|[\s(])@(?<handle>[\w.-]+)|(?<=^|[\s(])#(?<channel>[\w-]+)/g;

/** Handles that mean many at once. */
const EVERYBODY = ['here', 'channel', 'everyone'];

/** What Slack makes of a command's text where the manifest says `should_escape: true`. https://docs.slack.dev/interactivity/implementing-slash-commands#escaping */
export function escapeCommandText(text: string, workspace: Workspace): string {
  return text.replace(/[&<>]/g, entity).replace(ENTITY, (typed, ...rest) => {
    const groups: { [name: string]: string | undefined } = rest.at(-1);
    const { address, url, handle, channel } = groups;
    if (address !== undefined) return `<mailto:${address}|${address}>`;
    if (url !== undefined) return `<${url}>`;
    if (handle !== undefined && EVERYBODY.includes(handle)) return `<!${handle}>`;
    const member = workspace.members.find((each) => each.name === handle);
    if (member !== undefined) return `<@${member.id}|${member.name}>`;
    const conversation = [...workspace.conversations.values()].find(
      (each) => each.kind !== 'im' && each.name === channel,
    );
    return conversation === undefined ? typed : `<#${conversation.id}|${conversation.name}>`;
  });
}

function entity(character: string): string {
  return { '&': '&amp;', '<': '&lt;', '>': '&gt;' }[character] ?? character;
}
