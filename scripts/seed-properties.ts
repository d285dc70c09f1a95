import fc from 'fast-check';

// Properties are tried with the same cases every time, so that a run says something about the change and not about its
// luck. FAST_CHECK_SEED=<integer> looks elsewhere; a counterexample found so becomes a case of its own.
fc.configureGlobal({ seed: Number(process.env.FAST_CHECK_SEED ?? 20_261_123) });
