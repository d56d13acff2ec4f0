import type { ExpressionBuilder } from 'kysely';
import type { Tables } from '../store/tables.ts';

/** The condition that a request is open, as both databases look it up in the index: SQLite has none for 'is not null'. */
export const hasOpenTarget = ({ eb }: ExpressionBuilder<Tables, 'approval_requests'>) =>
  eb('open_target', '>=', '');
