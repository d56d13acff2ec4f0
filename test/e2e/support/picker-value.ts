/** What the option of a user carries in every user picker: the id, and the login that the person saw. */
export function pickerValue({ id, login }: { id: string; login: string }): string {
  return `${id} ${login}`;
}
