import { FrontdeskWidget } from "./element";

if (!customElements.get("frontdesk-widget")) customElements.define("frontdesk-widget", FrontdeskWidget);
