/** Whether two flat lists of headers are the same. */
export function same(before: readonly string[], after: readonly string[]): boolean {
  return before.length === after.length && before.every((text, at) => text === after[at]);
}
