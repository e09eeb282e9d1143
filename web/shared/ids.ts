/** A new id for one sent message or request. `randomUUID` is missing on pages without HTTPS, random values are not. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
