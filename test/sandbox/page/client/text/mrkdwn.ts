import { type ComponentChild, h } from 'preact';
import { ChannelMention, GroupMention, Link, Moment, UserMention } from './inline.ts';
import { type Piece, parseMrkdwn } from './parse-mrkdwn.ts';

export function Mrkdwn({ text, verbatim = false }: { text: string; verbatim?: boolean }) {
  return h('span', { class: 'mrkdwn' }, parseMrkdwn(text, verbatim).map(draw));
}

function draw(piece: Piece): ComponentChild | string {
  switch (piece.kind) {
    case 'text':
      return piece.text;
    case 'bold':
      return h('strong', null, piece.pieces.map(draw));
    case 'italic':
      return h('em', null, piece.pieces.map(draw));
    case 'strike':
      return h('s', null, piece.pieces.map(draw));
    case 'quote':
      return h('blockquote', null, piece.pieces.map(draw));
    case 'code':
      return h('code', null, piece.text);
    case 'preformatted':
      return h('pre', null, piece.text);
    case 'user':
      return h(UserMention, { id: piece.id });
    case 'channel':
      return h(ChannelMention, { id: piece.id });
    case 'group':
      return h(GroupMention, { id: piece.id });
    case 'broadcast':
      return h('span', { class: 'mention' }, piece.text);
    case 'link':
      return h(Link, { url: piece.url, children: piece.text });
    case 'date':
      return h(Moment, piece);
  }
}
