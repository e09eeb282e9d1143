/** Browsers of early 2023 on. Newer CSS in the sources (light-dark) is written down to what they understand. */
export const CSS_TARGET = ["chrome111", "firefox113", "safari16.4"];
