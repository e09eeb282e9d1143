/** Where in the knowledge part somebody is, as the address after `#`: every page can be linked, reloaded and gone back to. */

export const TABS = ["write", "publish", "versions", "figures"] as const;
export type Tab = (typeof TABS)[number];

export type Place =
  | { page: "articles"; filters: Readonly<Record<string, string>> }
  | { page: "new" }
  | { page: "import" }
  | { page: "article"; id: string; tab: Tab }
  | { page: "gaps"; filters: Readonly<Record<string, string>> }
  | { page: "gap"; id: string }
  | { page: "playground"; filters: Readonly<Record<string, string>> }
  | { page: "searches" }
  | { page: "calendar" }
  | { page: "audit" };

const ROOT = "#/knowledge";

export function readPlace(hash: string): Place {
  const [path = "", search = ""] = hash.split("?", 2);
  const [, section, page, id, tab] = path.split("/").map(decoded);
  const filters = Object.fromEntries(new URLSearchParams(search));
  if (section !== "knowledge") return { page: "articles", filters: {} };
  switch (page) {
    case "new":
    case "import":
    case "searches":
    case "calendar":
    case "audit":
      return { page };
    case "articles":
      return id ? { page: "article", id, tab: TABS.find((each) => each === tab) ?? "write" } : { page: "articles", filters };
    case "gaps":
      return id ? { page: "gap", id } : { page: "gaps", filters };
    case "playground":
      return { page, filters };
    default:
      return { page: "articles", filters };
  }
}

export function address(place: Place): string {
  switch (place.page) {
    case "articles":
      return ROOT + query(place.filters);
    case "article":
      return `${ROOT}/articles/${encodeURIComponent(place.id)}${place.tab === "write" ? "" : `/${place.tab}`}`;
    case "gap":
      return `${ROOT}/gaps/${encodeURIComponent(place.id)}`;
    case "gaps":
    case "playground":
      return `${ROOT}/${place.page}${query(place.filters)}`;
    default:
      return `${ROOT}/${place.page}`;
  }
}

function query(filters: Readonly<Record<string, string>>): string {
  const said = Object.entries(filters).filter(([, value]) => value);
  return said.length ? `?${new URLSearchParams(said)}` : "";
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
