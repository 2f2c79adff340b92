// The visual editor of MJML. It runs in a sandboxed frame with a policy of its own, and
// knows its page only by messages: MJML in, MJML out.
import grapesjs from "grapesjs";
import mjmlModule from "grapesjs-mjml";

const mjml = mjmlModule.default ?? mjmlModule;
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
    plugins: [(e) => mjml(e, { fonts: {}, imagePlaceholderSrc: "", codeViewerTheme: "" })],
  });
  window.editor = editor;
  const panels = editor.Panels;
  for (const id of ["export-template", "gjs-open-import-webpage", "mjml-import", "open-import-mjml", "fullscreen"]) panels.removeButton("options", id);
  editor.setComponents(source.slice(Math.max(0, source.indexOf("<mjml"))).trim() || empty);
  editor.UndoManager.clear();
  let timer;
  const tell = () => parent.postMessage({ is: "change", mjml: code(editor) }, location.origin);
  editor.on("update", () => { clearTimeout(timer); timer = setTimeout(tell, 250); });
  editor.on("load", () => parent.postMessage({ is: "opened" }, location.origin));
}

/** The document as MJML, with one element on each line. */
function code(editor) {
  const whole = editor.runCommand("mjml-code");
  const text = typeof whole === "string" ? whole : editor.getHtml();
  return text.replace(/(<\/?mj(?:ml|-(?:head|body|section|column|wrapper|group|hero|attributes|raw))(?:\s[^<>]*)?>)(?=<)/g, "$1\n");
}

parent.postMessage({ is: "ready" }, location.origin);
