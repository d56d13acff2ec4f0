/** The oldest of some requests, and how many more there are. */
export type Listed<Item> = { shown: readonly Item[]; more: number };
