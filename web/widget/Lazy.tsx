/** A part that is fetched when it is first shown. Where it cannot be had, that is said, and it can be tried again. */
import type { ComponentType, FunctionComponent } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Words } from "./words";

export function later<P extends { words: Words }>(load: () => Promise<{ default: ComponentType<P> }>): FunctionComponent<P> {
  let known: ComponentType<P> | null = null;
  return function Later(props: P) {
    const [Part, setPart] = useState<{ it: ComponentType<P> } | null>(known && { it: known });
    const [failed, setFailed] = useState(false);
    const fetch = () => {
      setFailed(false);
      Promise.all([load(), import("./parts/styles")]).then(
        ([{ default: it }]) => setPart({ it: (known = it) }),
        () => setFailed(true),
      );
    };
    useEffect(() => {
      if (!Part) fetch();
    }, []);
    if (Part) return <Part.it {...props} />;
    if (!failed) return <p class="quietly">{props.words("loading")}</p>;
    return (
      <p class="quietly" role="alert">
        {props.words("partFailed")}{" "}
        <button type="button" class="quiet" onClick={fetch}>
          {props.words("tryAgain")}
        </button>
      </p>
    );
  };
}
