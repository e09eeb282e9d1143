/** CodeMirror, put together for Markdown: in a chunk of its own, fetched when an article is opened for writing. */
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { markdownKeymap, markdownLanguage } from "@codemirror/lang-markdown";
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, placeholder } from "@codemirror/view";
import { tags } from "@lezer/highlight";

export interface Options {
  /** A shadow root: there the editor's styles are constructed sheets, which the page's strict policy allows. */
  root: ShadowRoot;
  text: string;
  label: string;
  hint: string;
  describedBy: string;
  onChange: (text: string) => void;
}

export interface Writing {
  /** Puts another text in, without a word to `onChange`; the same text does nothing, so the cursor stays. */
  show(text: string): void;
  destroy(): void;
}

const colours = HighlightStyle.define([
  { tag: tags.heading, fontWeight: "650", color: "var(--ink)" },
  { tag: tags.strong, fontWeight: "650" },
  { tag: tags.emphasis, fontStyle: "italic" },
  { tag: [tags.link, tags.url], color: "var(--accent-text)" },
  { tag: [tags.monospace, tags.labelName], color: "var(--ink-soft)" },
  { tag: [tags.processingInstruction, tags.contentSeparator], color: "var(--ink-faint)" },
]);

const look = EditorView.theme({
  "&": { minHeight: "320px", fontSize: "14px", backgroundColor: "transparent" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace", lineHeight: "1.65" },
  ".cm-content": { padding: "14px 0", caretColor: "var(--ink)" },
  ".cm-line": { padding: "0 16px" },
  ".cm-activeLine": { backgroundColor: "transparent" },
  "&.cm-focused .cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--accent) 6%, transparent)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)", borderLeftWidth: "2px" },
  ".cm-placeholder": { color: "var(--ink-faint)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    background: "color-mix(in srgb, var(--accent) 22%, transparent)",
  },
});

export function startWriting(parent: HTMLElement, options: Options): Writing {
  let showing = false;
  const view = new EditorView({
    parent,
    root: options.root,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        history(),
        drawSelection(),
        highlightActiveLine(),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({
          "aria-label": options.label,
          "aria-description": options.describedBy,
          spellcheck: "true",
          autocapitalize: "sentences",
        }),
        placeholder(options.hint),
        markdownLanguage.extension,
        syntaxHighlighting(colours),
        // Tab goes on to the next field, as everywhere on the page: nobody is caught in the text.
        keymap.of([...markdownKeymap, ...defaultKeymap, ...historyKeymap]),
        EditorView.updateListener.of((update) => {
          if (update.docChanged && !showing) options.onChange(update.state.doc.toString());
        }),
        look,
      ],
    }),
  });
  return {
    show(text) {
      const shown = view.state.doc.toString();
      if (shown === text) return;
      showing = true;
      view.dispatch({ changes: { from: 0, to: shown.length, insert: text } });
      showing = false;
    },
    destroy: () => view.destroy(),
  };
}
