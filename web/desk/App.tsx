import { useStore } from "../shared/store";
import { Shell } from "./components/Shell";
import { SignIn } from "./components/SignIn";
import type { Desk } from "./controller";
import { t } from "./words";

export function App({ desk }: { desk: Desk }) {
  const state = useStore(desk.store);
  switch (state.signedIn.status) {
    case "checking":
      return <p class="checking">{t("checking")}</p>;
    case "out":
      return <SignIn desk={desk} reason={state.signedIn.reason} />;
    case "in":
      return <Shell desk={desk} state={state} session={state.signedIn.session} />;
  }
}
