import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PolicySet } from '@daypass/policy';
import type { Caller } from '../access/caller.ts';
import type { Clock } from '../clock.ts';

/** A store behind the gateway, and the key the gateway re-signs with. */
export interface Backend {
  readonly url: URL;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /**
   * S3 only: the sub-resources the store implements (`acl`, `tagging`, `versions`, `versionId`, …), with the method
   * before them where it is that one alone (`POST uploads`); others are then answered NotImplemented. A store may take
   * one it does not know for the plain operation: `DELETE /key?tagging` deletes the key. If this is left out, a request
   * with a sub-resource needs the plain operation's permission too.
   */
  readonly subresources?: ReadonlySet<string>;
  /** Has every request to it watched, for traces; nothing if left out. */
  readonly watch?: <Result>(work: () => Promise<Result>) => Promise<Result>;
}

/** What the gateway needs of the floors below; the composition root passes it in. */
export interface GatewayServices {
  readonly clock: Clock;
  readonly region: string;
  readonly account: string;
  readonly s3: Backend | undefined;
  readonly dynamodb: Backend | undefined;
  /**
   * The secret key and the caller behind an access key and session token, or why there is none. For `ASIA…` keys
   * the session token is opened and checked (integrity, expiry, revocation).
   */
  openCredentials(accessKeyId: string, sessionToken: string | undefined): Promise<OpenedCredentials>;
  /** The policies that bind this caller now, compiled; `undefined` for root, who may all. */
  policiesOf(caller: Caller): Promise<PolicySet | undefined>;
  /** Condition keys that follow from the caller alone (`aws:userid`, `aws:PrincipalTag/…`, `cognito-identity.amazonaws.com:sub`, …), names in lower case. */
  contextOf(caller: Caller): ReadonlyMap<string, string | readonly string[]>;
  /**
   * Where a request comes from, for `aws:SourceIp` and `aws:SecureTransport`, when a proxy stands in front; the
   * connection itself is asked if this is left out.
   */
  clientOf?(request: IncomingMessage): { readonly address: string | undefined; readonly secure: boolean };
  /** The domain under which `<bucket>.<domain>` is S3's virtual-hosted style; path style only if left out. */
  readonly s3Domain?: string;
  /** Called once for each refused request, with what decided. */
  denied(event: Denial): void;
  /** Called when the backend, or the gateway itself, failed a request; the cause may name addresses and is for the log only. */
  failed?(requestId: string, cause: unknown): void;
}

export type OpenedCredentials =
  | { readonly status: 'valid'; readonly secretKey: string; readonly caller: Caller }
  /** `unknown`: no such key, or a token that we did not make; `expired`: past its time or revoked. */
  | { readonly status: 'unknown' | 'expired'; readonly reason: string };

export interface Denial {
  readonly requestId: string;
  readonly caller: Caller | undefined;
  readonly action: string | undefined;
  readonly resource: string | undefined;
  /** Which statement decided, or which check failed. */
  readonly reason: string;
}

export type GatewayHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
) => Promise<void>;
