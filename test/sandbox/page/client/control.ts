import type {
  BotState,
  FastlyFaults,
  GroupChange,
  JsonObject,
  Outcome,
  Setting,
  Standing,
  TypeAheadAnswer,
} from '../../control/protocol.ts';

/** The control API as the page calls it. Each throws an `Error` with the sandbox's sentence where it refuses. */
async function call<T>(path: string, body?: object): Promise<T> {
  const response = await fetch(path, {
    ...(body !== undefined && {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    }),
  });
  const answer = response.status === 204 ? null : await response.json();
  if (!response.ok) throw new Error(answer.error ?? response.statusText);
  return answer;
}

export type Act = 'command' | 'click' | 'submit' | 'close' | 'home';

export const readSetting = () => call<Setting>('/setting');
export const act = (memberId: string, name: Act, body: object) =>
  call<Outcome>(`/members/${memberId}/${name}`, body);
export const write = (memberId: string, body: object) =>
  call<{ ts: string }>(`/members/${memberId}/message`, body);
export const typeAhead = (memberId: string, body: JsonObject) =>
  call<TypeAheadAnswer>(`/members/${memberId}/type-ahead`, body);
export const setFaults = (faults: Partial<FastlyFaults>) => call<FastlyFaults>('/fastly/faults', faults);
export const changeMember = (member: string, standing: Standing) =>
  call<Outcome>('/slack/member', { member, standing });
export const changeGroup = (change: GroupChange) => call<Outcome>('/slack/group', change);
export const setBot = (want: 'kill' | 'start') => call<BotState>('/bot', { want });
export const moveClock = (step: { advance: number } | { to: string }) => call<null>('/clock', step);

export const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
