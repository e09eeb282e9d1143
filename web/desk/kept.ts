/** What this device kept as JSON; `otherwise` where there is none, or it is none of ours. */
export function kept<T>(text: string | null, otherwise: T): T {
  try {
    return text ? (JSON.parse(text) as T) : otherwise;
  } catch {
    return otherwise;
  }
}
