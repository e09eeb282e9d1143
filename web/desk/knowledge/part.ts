import type { Session } from "../../shared/types";
import type { PagePlaces } from "../components/places";
import type { Desk } from "../controller";
import type { KnowledgeCalls } from "./calls";
import type { ArticleDetail } from "./types";

/** What every page of this part is given. */
export interface Part {
  desk: Desk;
  calls: KnowledgeCalls;
  session: Session;
  places: PagePlaces;
}

/** What every tab of an article is given. */
export interface ArticlePart extends Part {
  detail: ArticleDetail;
  /** Something was stored: the article is read again. */
  onChanged: () => void;
}
