// The visual editor of MJML. It runs in a sandboxed frame with a policy of its own, and
// knows its page only by messages: MJML in, MJML out.
import grapesjs from "grapesjs";
import mjmlModule from "grapesjs-mjml";
import blocks from "lucide-static/icons/layout-grid.svg";
import layers from "lucide-static/icons/layers.svg";
import look from "lucide-static/icons/eye.svg";
import outline from "lucide-static/icons/square-dashed.svg";
import paint from "lucide-static/icons/paintbrush.svg";
import traits from "lucide-static/icons/settings.svg";

const mjml = mjmlModule.default ?? mjmlModule;
// Our own drawings, in place of a font from elsewhere.
const icons = { "open-blocks": [blocks, "Blocks"], "open-layers": [layers, "Layers"], "open-sm": [paint, "Style"], "open-tm": [traits, "Settings"], preview: [look, "Look at it"], "sw-visibility": [outline, "Outlines"] };
const grey = "data:image/gif;base64,R0lGODlhAQABAIAAAMLCwgAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==";
const empty = "<mjml><mj-body><mj-section><mj-column></mj-column></mj-section></mj-body></mjml>";

let started = false;
addEventListener("message", (event) => {
  if (started || event.source !== parent || event.data?.is !== "open") return;
  started = true;
  start(event.data);
});

function start({ mjml: source, images, dark }) {
  document.documentElement.toggleAttribute("data-dark", Boolean(dark));
  const editor = grapesjs.init({
    container: "#editor",
    height: "100%",
    width: "auto",
    fromElement: false,
    storageManager: false,
    telemetry: false,
    cssIcons: "",
    noticeOnUnload: false,
    assetManager: { upload: false, dropzone: false, embedAsBase64: false, assets: images, noAssets: "Upload images under Templates first; they can be chosen here then." },
    plugins: [(e) => mjml(e, { fonts: {}, imagePlaceholderSrc: grey, codeViewerTheme: "" })],
  });
  window.editor = editor;
  const panels = editor.Panels;
  for (const id of ["export-template", "gjs-open-import-webpage", "mjml-import", "open-import-mjml", "fullscreen"]) panels.removeButton("options", id);
  for (const panel of panels.getPanels().models) {
    for (const button of panel.buttons.models) {
      const icon = icons[button.id];
      if (icon) button.set({ className: "", label: icon[0].replace(/<!--.*?-->/s, ""), attributes: { ...button.get("attributes"), title: icon[1], "aria-label": icon[1] } });
    }
  }
  const { head, body } = parts(source);
  editor.setComponents(body);
  editor.UndoManager.clear();
  let timer;
  const tell = () => parent.postMessage({ is: "change", mjml: code(editor, head) }, location.origin);
  editor.on("update", () => { clearTimeout(timer); timer = setTimeout(tell, 250); });
  editor.on("load", () => {
    panels.getButton("views", "open-blocks")?.set("active", true);
    parent.postMessage({ is: "opened" }, location.origin);
  });
}

/**
 * What the editor draws, and what it leaves alone: it takes apart what stands in the head,
 * so the head goes back as it came. It reads MJML as HTML, in which no element closes
 * itself, and knows tags between elements only in mj-raw.
 */
function parts(source) {
  const whole = source.slice(Math.max(0, source.indexOf("<mjml"))).trim() || empty;
  const head = whole.match(/<mj-head[\s>][\s\S]*?<\/mj-head\s*>/)?.[0] ?? "";
  const body = whole.replace(head, "")
    .replace(/<(mj-[a-z-]+)((?:\s(?:"[^"]*"|'[^']*'|[^"'>])*?)?)\/>/g, "<$1$2></$1>")
    .replace(/((?:<\/mj-[a-z-]+|<mj-(?:body|section|column|wrapper|group|hero)(?:\s(?:"[^"]*"|'[^']*'|[^"'>])*)?)>)((?:\s*\{%[^%]*%\})+)\s*(?=<mj-|<\/mj-(?:body|section|column|wrapper|group|hero))/g, (_, before, tags) => before + tags.trim().split(/(?<=%\})\s*/).map((t) => `<mj-raw>${t}</mj-raw>`).join(""));
  return { head, body };
}

/** The document as MJML, with one element on each line. */
function code(editor, head) {
  const drawn = editor.runCommand("mjml-code");
  const text = (typeof drawn === "string" ? drawn : editor.getHtml()).replace(/(<mjml[^>]*>)/, (_, open) => open + head);
  let depth = 0;
  return text.replace(/\s*\n\s*(?=<\/?mj)/g, "").replace(/(<\/?)(mjml|mj-(?:head|body|section|column|wrapper|group|hero|raw|text|button|image|divider|spacer|social|navbar|table|carousel|accordion))(\s(?:"[^"]*"|'[^']*'|[^"'>])*)?>/g, (tag, open, name) => {
    const box = /^(?:mjml|mj-(?:body|section|column|wrapper|group|hero))$/.test(name);
    if (open === "</") {
      if (!box) return tag;
      depth--;
      return "\n" + "  ".repeat(Math.max(0, depth)) + tag;
    }
    const line = "\n" + "  ".repeat(depth) + tag;
    if (box) depth++;
    return name === "mj-head" ? "\n  " + tag : line;
  }).trim() + "\n";
}

parent.postMessage({ is: "ready" }, location.origin);
