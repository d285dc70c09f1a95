/** What a browser keeps of a sign-in while it is away at the provider. */
export interface Departure {
  readonly state: string;
  readonly codeVerifier: string;
  /** The token's nonce is its SHA-256: the service believes a token only from whoever knows this. */
  readonly nonceSecret: string;
}

const place = 'daypass.sign-in';

export function keepDeparture(departure: Departure): void {
  sessionStorage.setItem(place, JSON.stringify(departure));
}

/** Whether the browser has just come back from the provider. */
export function isBack(): boolean {
  const answer = new URLSearchParams(location.search);
  return sessionStorage.getItem(place) !== null && (answer.has('code') || answer.has('error'));
}

/** The departure and the address that the browser came back at; both are forgotten, so that they serve once. */
export function takeDeparture(): { readonly departure: Departure; readonly answer: URL } {
  const answer = new URL(location.href);
  const departure: Departure = JSON.parse(sessionStorage.getItem(place) ?? '{}');
  sessionStorage.removeItem(place);
  history.replaceState(null, '', location.pathname + location.hash);
  return { departure, answer };
}
