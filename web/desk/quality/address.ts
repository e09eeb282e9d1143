/** Where in the quality part somebody is, as the address after `#`. */
export type Place = { page: "samples" } | { page: "sample"; id: string } | { page: "agreement" } | { page: "coaching" } | { page: "scenarios" };

const ROOT = "#/quality";

export function readPlace(hash: string): Place {
  const [, section, page, id] = (hash.split("?", 1)[0] ?? "").split("/");
  if (section === "quality" && page === "samples" && id) return { page: "sample", id: decoded(id) };
  if (section === "quality" && (page === "agreement" || page === "coaching" || page === "scenarios")) return { page };
  return { page: "samples" };
}

export function address(place: Place): string {
  if (place.page === "samples") return ROOT;
  return place.page === "sample" ? `${ROOT}/samples/${encodeURIComponent(place.id)}` : `${ROOT}/${place.page}`;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
