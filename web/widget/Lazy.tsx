/** A part that is fetched when it is first shown. Where it cannot be had, that is said, and it can be tried again. */
import type { ComponentType, FunctionComponent } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { PartWords } from "./parts/words";
import type { Words } from "./words";

type Before<P> = Omit<P, "words"> & { words: Words };

export function later<P extends { words: PartWords }>(load: () => Promise<{ default: ComponentType<P> }>): FunctionComponent<Before<P>> {
  let known: ComponentType<P> | null = null;
  return function Later(props: Before<P>) {
    const [Part, setPart] = useState<{ it: ComponentType<P> } | null>(known && { it: known });
    const [failed, setFailed] = useState(false);
    const fetch = () => {
      setFailed(false);
      Promise.all([load(), import("./parts/words"), import("./parts/styles")]).then(
        ([{ default: it }]) => setPart({ it: (known = it) }),
        () => setFailed(true),
      );
    };
    useEffect(() => {
      if (!Part) fetch();
    }, []);
    if (Part) return <Part.it {...(props as unknown as P)} />;
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
