/** The people who can sign in at the development OpenID provider. Their subject is what the service sees of them. */
export interface Player {
  readonly subject: string;
  readonly name: string;
}

export const players: readonly Player[] = [
  { subject: 'ada', name: 'Ada' },
  { subject: 'grace', name: 'Grace' },
  { subject: 'linus', name: 'Linus' },
  { subject: 'mary', name: 'Mary' },
];

export function playerOf(subject: string): Player | undefined {
  return players.find((player) => player.subject === subject);
}
