/** Where the customer is, as their browser tells it: whoever helps them sees the page, their hour, and their device. */
import type { Place } from "./calls";

export function place(): Place {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const coarse = matchMedia("(pointer: coarse)").matches;
  const shorter = Math.min(screen.width, screen.height);
  return {
    page_url: `${location.origin}${location.pathname}`,
    ...(timeZone && { timezone: timeZone }),
    device: coarse ? (shorter < 600 ? "phone" : "tablet") : "computer",
  };
}
