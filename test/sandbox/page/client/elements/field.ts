/** How an input block ties its label, hint and error to the field in it. */
export type Field = {
  id: string;
  /** Ids of what describes the field. */
  describedBy: string;
  invalid: boolean;
  optional: boolean;
};

export function fieldAttributes(field: Field | undefined) {
  return field === undefined
    ? {}
    : {
        id: field.id,
        'aria-describedby': field.describedBy,
        'aria-invalid': field.invalid,
        'aria-required': !field.optional,
      };
}
