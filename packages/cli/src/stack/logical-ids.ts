/** Makes logical ids out of names: letters and digits, each given once. */
export function logicalIds(): (wish: string) => string {
  const given = new Set<string>();
  return (wish) => {
    const words = wish.replace(/^https:\/\//, '').match(/[A-Za-z0-9]+/g) ?? ['Resource'];
    const base = words
      .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
      .join('')
      .slice(0, 60);
    let name = base;
    for (let number = 2; given.has(name); number += 1) name = `${base}${number}`;
    given.add(name);
    return name;
  };
}
