import type { Cell } from './cell.ts';

/** Cells that were broken once: each is tried in every run. */
export const ONCE_BROKEN: readonly Cell[] = [
  // Slack refused the result until the token was mended, and it was given up.
  cell('password', 'healthy', 'the operator mends it', 'SQLite', 'at once', 'socket'),
  // The lease on the request's message could not be ended, so nobody showed how the change had ended.
  cell('delete', 'lost before', 'unknown word', 'PostgreSQL full', 'once begun', 'http'),
  cell('promote', 'lost after', '429', 'PostgreSQL restarted', 'once begun', 'socket'),
  // The answer to the form went with the connection.
  cell('password', 'lost after', 'away and back', 'SQLite', 'at once', 'socket'),
];

function cell(
  operation: string,
  fastly: string,
  slack: string,
  store: string,
  strikes: Cell['strikes'],
  delivery: Cell['delivery'],
): Cell {
  return { operation, fastly, slack, store, strikes, delivery };
}
