const COLUMNS =
  'id, running_user, user_id, login, name, role_before, role, requester, began_at, ends_at, state, untold';

function promotion(id: string, endsAt: number, state = ''): string {
  return `insert into running_promotions (${COLUMNS}) values ('${id}', '${id}', '${id}', '', '', '', '', '', 0, ${endsAt}, '${state}', '')`;
}

/** A role that should have ended long ago, one that a person has to check, and one that runs for another hour. */
export const ONE_OVERDUE = [
  promotion('late', 1),
  promotion('checked', 1, '{"kind":"to-check"}'),
  promotion('runs', Date.now() + 3_600_000),
];
