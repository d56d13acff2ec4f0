import type { JsonObject } from '../control/protocol.ts';

/** Thrown by whatever refuses a request; carries the HTTP status and the JSON body of the answer. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly body: JsonObject;

  constructor(status: number, body: JsonObject) {
    super(JSON.stringify(body));
    this.status = status;
    this.body = body;
  }
}

/** Refuses as the user API does: `{"msg", "detail"}`, or `{"msg"}` alone. */
export function refusal(status: number, msg: string, detail?: string): Refusal {
  return new Refusal(status, detail === undefined ? { msg } : { msg, detail });
}

export const badRequest = (detail: string) => refusal(400, 'Bad request', detail);
export const invalidRecord = (detail: string) => refusal(400, 'Record invalid', detail);
export const recordNotFound = (detail: string) => refusal(404, 'Record not found', detail);
export const missingCredentials = () => refusal(401, 'Provided credentials are missing or invalid');
export const notAllowed = (detail: string) =>
  refusal(403, 'You are not authorized to perform this action', detail);

/** Refuses as JSON:API does: `{"errors": [{"title", "detail", "code"}]}`. */
export function documentRefusal(status: number, title: string, detail: string): Refusal {
  const code = title.toLowerCase().replaceAll(' ', '_');
  return new Refusal(status, { errors: [{ title, detail, code }] });
}

/** Refuses a document that is not one: `{"title", "detail", "status", "errors": null}`. */
export function malformedDocument(detail: string): Refusal {
  return new Refusal(400, { title: 'Bad request', detail, status: 400, errors: null });
}
