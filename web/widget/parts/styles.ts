/** Fills the style sheet that the widget wears already, as soon as the first part is fetched. */
import { sheetOfParts } from "../sheets";
import styles from "./styles.css?inline";

sheetOfParts().replaceSync(styles);
