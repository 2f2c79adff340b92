// The code editor of contents, and the way to the visual one. It builds on a form that
// works without it: the text area stays the one that is sent.
import { EditorView, basicSetup } from "codemirror";
import { Compartment } from "@codemirror/state";
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { html } from "@codemirror/lang-html";
import { markdown } from "@codemirror/lang-markdown";
import { xml } from "@codemirror/lang-xml";
import { tags } from "@lezer/highlight";

const languages = { mjml: xml, html, markdown };

const look = EditorView.theme({
  "&": { fontSize: "0.8125rem", backgroundColor: "var(--color-base-100)", color: "var(--color-base-content)", border: "1px solid var(--field-line, var(--color-base-300))", borderRadius: "8px", height: "var(--editor-height, 30rem)", resize: "vertical", overflow: "hidden" },
  "&.cm-focused": { outline: "2px solid var(--color-primary)", outlineOffset: "1px" },
  ".cm-scroller": { fontFamily: "'JetBrains Mono Variable', ui-monospace, monospace", lineHeight: "1.6" },
  ".cm-gutters": { backgroundColor: "var(--color-base-200)", color: "var(--color-secondary)", border: "0" },
  ".cm-content": { caretColor: "var(--color-primary)" },
  ".cm-cursor": { borderLeftColor: "var(--color-primary)" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "color-mix(in srgb, var(--color-primary) 7%, transparent)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "color-mix(in srgb, var(--color-primary) 25%, transparent)" },
  ".cm-panels": { backgroundColor: "var(--color-base-200)", color: "var(--color-base-content)" },
  ".cm-tooltip": { backgroundColor: "var(--color-base-100)", color: "var(--color-base-content)", border: "1px solid var(--color-base-300)" },
});

const colours = HighlightStyle.define([
  { tag: [tags.tagName, tags.angleBracket, tags.heading, tags.keyword], color: "var(--color-primary)", fontWeight: "600" },
  { tag: [tags.attributeName, tags.url, tags.link], color: "var(--color-info)" },
  { tag: [tags.attributeValue, tags.string, tags.monospace], color: "var(--color-success)" },
  { tag: [tags.comment, tags.meta, tags.processingInstruction], color: "var(--color-secondary)", fontStyle: "italic" },
  { tag: tags.strong, fontWeight: "700" },
  { tag: tags.emphasis, fontStyle: "italic" },
]);

/** Makes one form's text area comfortable. */
function attach(box) {
  const area = box.querySelector("textarea[name=body]");
  const kinds = [...box.querySelectorAll("input[name=kind]")];
  if (!area || !kinds.length) return;
  const kind = () => kinds.find((k) => k.checked)?.value ?? "markdown";
  const label = box.querySelector(`label[for="${area.id}"]`);
  const locked = area.disabled || area.readOnly;

  // In a shadow root, for there CodeMirror's styles need no leave from the page's policy.
  const host = document.createElement("div");
  host.dataset.editor = "code";
  const root = host.attachShadow({ mode: "open" });
  const mount = document.createElement("div");
  root.append(mount);
  area.after(host);
  area.hidden = true;

  const language = new Compartment();
  let quiet = false;
  const view = new EditorView({
    root,
    parent: mount,
    doc: area.value,
    extensions: [
      basicSetup, look, syntaxHighlighting(colours), language.of(languages[kind()]()), EditorView.lineWrapping,
      EditorView.editable.of(!locked),
      EditorView.contentAttributes.of({ tabindex: "0", "aria-label": label?.textContent.trim() ?? "Body", ...(area.getAttribute("aria-invalid") ? { "aria-invalid": "true" } : {}) }),
      EditorView.updateListener.of((update) => {
        if (!update.docChanged || quiet) return;
        area.value = view.state.doc.toString();
        area.dispatchEvent(new Event("input", { bubbles: true }));
      }),
    ],
  });
  label?.addEventListener("click", () => view.focus());
  const show = (text) => {
    quiet = true;
    view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
    quiet = false;
  };

  const visual = box.dataset.visual && !locked ? visualEditor(box, area, host, show) : null;
  const turn = () => {
    view.dispatch({ effects: language.reconfigure(languages[kind()]()) });
    visual?.offer(kind() === "mjml");
  };
  for (const k of kinds) k.addEventListener("change", turn);
  turn();

  // What is inserted by a button goes where one writes.
  for (const button of box.querySelectorAll("[data-insert]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      view.dispatch(view.state.replaceSelection(button.dataset.insert));
      view.focus();
    });
  }
}

/** The visual editor: a page of its own in a frame, which hands MJML to and fro. */
function visualEditor(box, area, host, show) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-sm btn-plain mb-2";
  host.before(button);
  let frame = null;
  const name = () => { button.textContent = frame ? "Back to the code" : "Open the visual editor"; button.setAttribute("aria-expanded", String(Boolean(frame))); };
  const close = () => {
    if (!frame) return;
    frame.remove();
    frame = null;
    host.hidden = false;
    show(area.value);
    name();
  };
  const open = () => {
    frame = document.createElement("iframe");
    frame.title = "Visual editor";
    frame.className = "visual-editor";
    frame.src = box.dataset.visual;
    host.after(frame);
    host.hidden = true;
    name();
  };
  addEventListener("message", (event) => {
    if (!frame || event.source !== frame.contentWindow) return;
    if (event.data?.is === "ready") {
      frame.contentWindow.postMessage({ is: "open", mjml: area.value, images: JSON.parse(box.dataset.images || "[]"), dark: getComputedStyle(document.documentElement).colorScheme.includes("dark") }, location.origin);
    }
    if (event.data?.is === "change" && typeof event.data.mjml === "string" && event.data.mjml !== area.value) {
      area.value = event.data.mjml;
      area.dispatchEvent(new Event("input", { bubbles: true }));
    }
    if (event.data?.is === "opened") frame.dataset.ready = "";
  });
  button.addEventListener("click", () => (frame ? close() : open()));
  name();
  return { offer(on) { if (!on) close(); button.hidden = !on; } };
}

/** The preview follows what is written, a moment later. */
function follow(form) {
  const button = form.querySelector("button[data-preview]");
  if (!button) return;
  let timer;
  const soon = () => { clearTimeout(timer); timer = setTimeout(() => form.requestSubmit(button), 700); };
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  if (form.querySelector("textarea[name=body]")?.value.trim()) soon();
}

for (const box of document.querySelectorAll("[data-content-editor]")) attach(box);
for (const form of document.querySelectorAll("form[data-previews]")) follow(form);
