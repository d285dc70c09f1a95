import { ServiceError } from '../errors.ts';
import type { TokenVerifier } from '../tokens/login.ts';
import { TokenRefused } from '../tokens/refusal.ts';
import type { Metrics } from './metrics.ts';

/** The same verifier, with every verification measured. */
export function measuredTokens(
  tokens: TokenVerifier,
  metrics: Pick<Metrics, 'tokenVerifications'>,
): TokenVerifier {
  const { tokenVerifications } = metrics;

  function measured<Args extends unknown[], Result>(
    verify: (...args: Args) => Promise<Result>,
  ): (...args: Args) => Promise<Result> {
    return (...args) => {
      const startedAt = performance.now();
      const result = verify(...args);
      result.then(
        () => tokenVerifications.observeSince('ok', startedAt),
        (error: unknown) => tokenVerifications.observeSince(refusalClass(error), startedAt),
      );
      return result;
    };
  }

  return {
    verify: measured(tokens.verify),
    verifyOidcToken: measured(tokens.verifyOidcToken),
    verifySaml: measured(tokens.verifySaml),
    spendSaml: tokens.spendSaml,
    withoutTrace: () => measuredTokens(tokens.withoutTrace(), metrics),
    close: tokens.close,
  };
}

/** What a request or a token was refused for, as one of a few words: what the token failed, else the error's code. */
export function refusalClass(error: unknown): string {
  if (error instanceof TokenRefused) return error.kind;
  if (!(error instanceof ServiceError)) return 'fault';
  return error.cause instanceof TokenRefused ? error.cause.kind : error.code;
}
