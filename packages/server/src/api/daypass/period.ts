import { integer, structure } from '../protocol/shape.ts';

/** A time in this century or a few after it. */
const epochSeconds = integer({ min: 0, max: 99_999_999_999 });

/** Epoch seconds, `From` inclusive and `To` exclusive. */
export const period = structure({ From: epochSeconds, To: epochSeconds });
