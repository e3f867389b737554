/** What is known of a request when it is decided whether its sender may see details. */
export interface AuthorizeRequest {
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** In upper case. */
  readonly method: string;
  /** Path and query, as they came. */
  readonly url: string;
  /** Address of the other end of the connection: a proxy's, behind one. Unknown to Fetch-style handlers. */
  readonly remoteAddress: string | undefined;
}

/** Where the endpoints are; `false` leaves one out. Each starts with `/`. */
export interface HealthPaths {
  /** Health of all, and below it of a group or a check, as `application/health+json`. Default `/health`. */
  readonly health?: string | false | undefined;
  /** Liveness, for Kubernetes. Default `/livez`. */
  readonly live?: string | false | undefined;
  /** Readiness, for Kubernetes and load balancers. Default `/readyz`. */
  readonly ready?: string | false | undefined;
  /** Whether the start is over, for Kubernetes. Default `/startupz`. */
  readonly startup?: string | false | undefined;
}

/** Options of {@link createHealthHandler}, {@link createHealthRoutes} and {@link createHealthFetch}. */
export interface HealthHttpOptions {
  readonly paths?: HealthPaths | undefined;
  /** Stands before all paths: `/internal`. Default none. */
  readonly basePath?: string | undefined;
  /**
   * Who sees reasons, figures and root causes: they may name hosts and say what is weak. Default `authorized`; nobody
   * is, as long as there is neither `token` nor `authorize`.
   */
  readonly details?: 'authorized' | 'always' | 'never' | undefined;
  /** Authorises whoever sends it as `Authorization: Bearer …`. Visible ASCII characters. Default none. */
  readonly token?: string | undefined;
  /** Authorises whoever it says `true` to. One that throws or rejects says no. Default none. */
  readonly authorize?: ((request: AuthorizeRequest) => boolean | Promise<boolean>) | undefined;
  /** Public version of the service, for authorised readers of `/health`. Default none. */
  readonly version?: string | undefined;
  /** Version of the implementation: a build or a commit. Default none. */
  readonly releaseId?: string | undefined;
  /** Identifies the service. Default none. */
  readonly serviceId?: string | undefined;
  /** Says what the service is. Default none. */
  readonly description?: string | undefined;
}
