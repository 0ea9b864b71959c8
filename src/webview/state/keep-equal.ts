/**
 * Returns the previous value if the new one is equal, so that results for it stay valid. For JSON values.
 */
export function keepEqual<T>(): (value: T) => T {
  let kept: { value: T; text: string } | undefined;
  return (value) => {
    const text = JSON.stringify(value);
    if (kept?.text !== text) kept = { value, text };
    return kept.value;
  };
}
