/** The widget's style sheets. Constructed ones work where a host page's content policy forbids inline styles. */
import tokens from "../shared/tokens.css?inline";
import styles from "./styles.css?inline";

let first: CSSStyleSheet | undefined;
let parts: CSSStyleSheet | undefined;

export function dress(root: ShadowRoot): void {
  if (!first) (first = new CSSStyleSheet()).replaceSync(tokens + styles);
  root.adoptedStyleSheets = [first, sheetOfParts()];
}

/** Empty until the first part was fetched, and worn by every widget of the page. */
export function sheetOfParts(): CSSStyleSheet {
  return (parts ??= new CSSStyleSheet());
}
