/** What names a message and fixes the types of both its ends. */

/** A request: `Params` go, one `Result` comes back. */
export interface RequestToken<Params, Result> {
  readonly method: string;
  /** Never set: carries the types. */
  readonly types?: (params: Params) => Result;
}

/** A message without an answer. */
export interface NotificationToken<Params> {
  readonly method: string;
  /** Never set: carries the type. */
  readonly types?: (params: Params) => void;
}

export function request<Params, Result>(method: string): RequestToken<Params, Result> {
  return { method };
}

export function notification<Params>(method: string): NotificationToken<Params> {
  return { method };
}
