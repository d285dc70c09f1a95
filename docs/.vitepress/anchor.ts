/** The anchor of a heading as GitHub makes it, so that a link works there and on the site: `Who's there?` → `whos-there`. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '')
    .replaceAll(' ', '-');
}
