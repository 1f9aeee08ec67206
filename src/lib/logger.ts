// What is written down: one event, one line, never a secret.

export type Fields = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/** What every line about a request tells of it. Texts of strangers are escaped by the logger, not by callers. */
export interface RequestFacts {
  /** Address of the client: with --reverse-proxy the believed one, else the peer with its port. */
  readonly client: string;
  readonly host: string;
  /** `HTTP/1.1` */
  readonly protocol: string;
  readonly requestId: string;
  readonly method: string;
  readonly userAgent: string;
  /** E-mail, else user name, of the session. */
  readonly username: string | undefined;
}

export interface AuthEvent extends RequestFacts {
  readonly status: 'AuthSuccess' | 'AuthFailure' | 'AuthError';
  readonly message: string;
  /** Why it failed, as a stable code: `group_not_allowed`, `csrf_cookie_missing`, … */
  readonly reason?: string | undefined;
  /** What was asked for, where that is not the request itself; the logger masks it. JSON alone tells it. */
  readonly uri?: string | undefined;
}

export interface RequestEvent extends RequestFacts {
  readonly startedAtMs: number;
  readonly durationMs: number;
  /** Request target as received; the logger masks code, state and tokens in it. */
  readonly uri: string;
  /** Id of the upstream that answered, `-` for answers of our own. */
  readonly upstream: string;
  readonly statusCode: number;
  /** Bytes of the body. */
  readonly responseSize: number;
}

export interface Logger {
  debug(message: string, fields?: Fields): void;
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
  auth(event: AuthEvent): void;
  request(event: RequestEvent): void;
  /** Resolves when every line has left the process. */
  close(): Promise<void>;
}
