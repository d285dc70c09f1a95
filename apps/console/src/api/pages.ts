/** Everything a list operation has, page after page, up to `most` items. */
export async function everyPage<Item>(
  load: (next: string | undefined) => Promise<{ items: readonly Item[]; next: string | undefined }>,
  most = 600,
): Promise<readonly Item[]> {
  const all: Item[] = [];
  let next: string | undefined;
  do {
    const page = await load(next);
    all.push(...page.items);
    next = page.next;
  } while (next !== undefined && all.length < most);
  return all;
}
