import type { Desk } from "../controller";
import type { QualityCalls } from "./calls";

/** What every page of this part is given. */
export interface Part {
  desk: Desk;
  calls: QualityCalls;
}
