const NULL_BODY = new Set([204, 205, 304]);

/** The body of an answer with this status: the runtime throws on one where HTTP knows none. */
export function bodyWith<Body>(status: number, body: Body): Body | null {
  return NULL_BODY.has(status) ? null : body;
}
