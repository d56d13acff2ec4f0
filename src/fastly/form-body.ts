/** A parameter that was not given is left out, never sent empty; booleans are `true` and `false`. */
export function formBody(fields: Record<string, string | boolean | undefined>): {
  headers: Record<string, string>;
  body: string;
} {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) parameters.append(name, String(value));
  }
  return {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: parameters.toString(),
  };
}
