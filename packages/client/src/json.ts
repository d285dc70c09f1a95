/** The object in the JSON text that `read` gives; an empty one when it throws, or gives something else. */
export function objectIn(read: () => string | null): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(read() ?? ''));
  } catch {
    return {};
  }
}
