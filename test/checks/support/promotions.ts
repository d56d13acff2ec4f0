const COLUMNS =
  'id, running_user, user_id, login, name, role_before, role, requester, began_at, ends_at, state, untold';

function promotion(id: string, endsAt: number): string {
  return `insert into running_promotions (${COLUMNS}) values ('${id}', '${id}', '${id}', '', '', '', '', '', 0, ${endsAt}, '', '')`;
}

/** A role that should have ended long ago, and one that runs for another hour. */
export const ONE_OVERDUE = [promotion('late', 1), promotion('runs', Date.now() + 3_600_000)];
