import { z } from 'zod';
import type { Filter } from '../../directory/filter.ts';
import { carried } from '../../slack/carried.ts';

/** With these a page fits into the 2,000 characters of a button's value, however JSON writes them down. */
export const TEXT_LENGTH = 200;
export const ROLE_LENGTH = 75;

/** One page of a list. It travels in the buttons, and comes back as input. */
export type Page = {
  filter: Filter;
  /** How many users come before it. */
  from: number;
  /** Whether a list made of it is for the caller alone. */
  private: boolean;
};

const Schema: z.ZodType<Page> = z.object({
  filter: z.object({
    text: z.string().max(TEXT_LENGTH),
    role: z.string().max(ROLE_LENGTH).nullable(),
    locked: z.boolean().nullable(),
    withoutTwoFactor: z.boolean(),
  }),
  from: z.int().min(0),
  private: z.boolean(),
});

export const Page = carried('button', Schema, 'list');
