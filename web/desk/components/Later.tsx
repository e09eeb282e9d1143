import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { t } from "../words";

/** A part of the desk that is fetched when somebody opens it, so that the first load stays small. */
export function Later<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let loaded: ComponentType<P> | null = null;
  return function Part(props: P) {
    const [, setRound] = useState(0);
    const [failed, setFailed] = useState(false);
    const fetchPart = () => {
      setFailed(false);
      load().then(
        (part) => {
          loaded = part;
          setRound((round) => round + 1);
        },
        () => setFailed(true),
      );
    };
    useEffect(() => {
      if (!loaded) fetchPart();
    }, []);
    if (loaded) {
      const Page = loaded;
      return <Page {...props} />;
    }
    return (
      <main class="empty" aria-busy={!failed}>
        {failed ? (
          <>
            <p role="alert">{t("partFailed")}</p>
            <button type="button" class="button" onClick={fetchPart}>
              {t("again")}
            </button>
          </>
        ) : (
          <p class="soft">{t("loading")}</p>
        )}
      </main>
    );
  };
}
