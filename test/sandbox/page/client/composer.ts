import { h } from 'preact';
import { useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { type Completion, completionsOf } from './completions.ts';
import { useDraft } from './draft.ts';
import { useNames } from './names.ts';
import { MESSAGE_BOX } from './skip-link.ts';

/** Words to be sent as they are or changed; the same words another time are another suggestion. */
export type Suggestion = { text: string };

type ComposerProps = {
  /** Tells this field from others, for what was typed into it to be kept. */
  where: string;
  /** Whether it is the channel's, to which the page leads; a thread has one, too. */
  main: boolean;
  placeholder: string;
  suggested: Suggestion | null;
  /** Null: sent. Else what is wrong with it; what was typed stays. */
  send: (text: string) => Promise<string | null>;
};

/** Where messages and commands are typed. Enter sends, Tab completes, Escape closes the list. */
export function Composer({ where, main, placeholder, suggested, send }: ComposerProps) {
  const { setting } = useNames();
  const list = useId();
  const input = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useDraft(where);
  const [closed, setClosed] = useState(false);
  const [gone, setGone] = useState<number | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const completions = closed ? [] : completionsOf(text, setting);
  const active = gone ?? (completions[0]?.eager ? 0 : null);

  useLayoutEffect(() => {
    // As the page opens. Later the focus is on what the reader used to get here, and stays there.
    if (main && document.activeElement === document.body) input.current?.focus();
  }, []);

  useEffect(() => {
    const box = input.current;
    if (box === null) return;
    box.style.height = 'auto';
    box.style.height = `${box.scrollHeight}px`;
  }, [text]);

  // At once, so that a key pressed right after the click is typed here.
  useLayoutEffect(() => {
    if (suggested === null) return;
    write(suggested.text);
    input.current?.focus();
  }, [suggested]);

  function write(now: string): void {
    setText(() => now);
    setClosed(false);
    setGone(null);
    setProblem(null);
  }
  function take({ text: completed }: Completion): void {
    write(completed);
    input.current?.focus();
  }
  async function submit(): Promise<void> {
    const sent = text.trim();
    if (sent === '') return;
    write('');
    const refusal = await send(sent);
    if (refusal === null) return;
    setProblem(refusal);
    setText((now) => now || sent);
  }
  function steer(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const at = completions[active ?? (event.key === 'Tab' ? 0 : -1)];
    if (event.isComposing || (event.key === 'Enter' && event.shiftKey)) return;
    if ((event.key === 'Tab' && !event.shiftKey) || event.key === 'Enter') {
      if (at !== undefined) take(at);
      else if (event.key === 'Enter') void submit();
      else return;
    } else if (completions.length === 0) return;
    else if (event.key === 'Escape') setClosed(true);
    else if (step !== undefined) {
      const from = active ?? (step > 0 ? -1 : completions.length);
      setGone((from + step + completions.length) % completions.length);
    } else return;
    event.preventDefault();
  }

  return h(
    'form',
    {
      class: 'composer',
      onSubmit: (event: Event) => {
        event.preventDefault();
        void submit();
      },
    },
    completions.length > 0 &&
      h(
        'ul',
        { id: list, class: 'completions', role: 'listbox', 'aria-label': 'Completions' },
        completions.map((completion, index) =>
          h(
            'li',
            {
              key: completion.text,
              id: `${list}-${index}`,
              role: 'option',
              class: index === active ? 'active' : '',
              'aria-selected': index === active,
              onMouseDown: (event: MouseEvent) => event.preventDefault(),
              onClick: () => take(completion),
            },
            h('strong', null, completion.shown),
            h('span', null, completion.description),
          ),
        ),
      ),
    problem !== null && h('p', { class: 'error', role: 'alert' }, problem),
    h(
      'div',
      { class: 'composer-row' },
      h('textarea', {
        ref: input,
        id: main ? MESSAGE_BOX : undefined,
        rows: 1,
        value: text,
        placeholder,
        spellcheck: false,
        'aria-label': placeholder,
        'aria-autocomplete': 'list',
        'aria-controls': completions.length > 0 ? list : undefined,
        'aria-activedescendant': active === null ? undefined : `${list}-${active}`,
        onInput: (event: Event) => {
          if (event.currentTarget instanceof HTMLTextAreaElement) write(event.currentTarget.value);
        },
        onKeyDown: steer,
      }),
      h('button', { type: 'submit', class: 'button primary', disabled: text.trim() === '' }, 'Send'),
    ),
  );
}
