import { FrontdeskWidget } from "./element";

/** The file of the rest, relative to this script; written in by the build. */
declare const REST: string;

/** Known only while the script runs for the first time. */
const script = document.currentScript;
const address = script instanceof HTMLScriptElement && script.src ? script.src : location.href;
let loading: ReturnType<typeof FrontdeskWidget.load> | null = null;

FrontdeskWidget.origin = new URL(address).origin;
FrontdeskWidget.load = () =>
  (loading ??= import(/* @vite-ignore */ new URL(REST, address).href).catch((error: unknown) => {
    // The next widget, or the same one put into the page again, tries anew.
    loading = null;
    throw error;
  }));
if (!customElements.get("frontdesk-widget")) customElements.define("frontdesk-widget", FrontdeskWidget);
