// Passkeys: asks the server for a challenge and the browser for its answer, and sends
// the form that the button stands in. The browser's own dialog does the rest.
"use strict";

(() => {
  const able = "PublicKeyCredential" in window && "parseRequestOptionsFromJSON" in PublicKeyCredential;

  function complain(box, text) {
    const line = box.querySelector("[data-passkey-error]");
    line.textContent = text;
    line.hidden = false;
  }

  // What the browser says when somebody closes its dialog is nothing to show.
  function explain(error) {
    if (error.name === "NotAllowedError") return "No passkey was used. Try again, or use another way.";
    if (error.name === "InvalidStateError") return "This device holds a passkey for you already.";
    return error.shown ?? "That did not work. Reload the page and try again.";
  }

  async function challenge(box, form) {
    const answer = await fetch(box.dataset.options, {
      method: "POST", credentials: "same-origin", headers: { "X-Csrf-Token": form.elements._csrf.value },
    });
    const json = answer.headers.get("Content-Type")?.startsWith("application/json") ? await answer.json() : {};
    if (!answer.ok || !json.publicKey) throw Object.assign(new Error("options"), { shown: json.error });
    return json.publicKey;
  }

  async function ask(box) {
    const form = box.closest("form");
    const button = box.querySelector("[data-passkey-go]");
    box.querySelector("[data-passkey-error]").hidden = true;
    button.disabled = true;
    try {
      const options = await challenge(box, form);
      const credential = box.dataset.passkey === "create"
        ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
        : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
      form.elements[box.dataset.field].value = JSON.stringify(credential.toJSON());
      form.requestSubmit();
    } catch (error) {
      complain(box, explain(error));
      button.disabled = false;
    }
  }

  for (const box of document.querySelectorAll("[data-passkey]")) {
    const button = box.querySelector("[data-passkey-go]");
    if (!able) {
      button.disabled = true;
      complain(box, "This browser knows no passkeys, or not at this address. Use another way.");
      continue;
    }
    button.addEventListener("click", () => ask(box));
  }
  // Enter in a field of such a form asks for the passkey too.
  document.addEventListener("submit", (event) => {
    const box = event.target.querySelector("[data-passkey]");
    if (!box || event.target.elements[box.dataset.field].value) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (able) ask(box);
  }, true);
})();
