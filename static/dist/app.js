// What the pages gain from a script. Everything works without it; nothing here
// uses eval, inline handlers or another origin.
"use strict";

(() => {
  const root = document.documentElement;
  root.classList.remove("without-script");

  // One live region tells people who cannot see it what just happened.
  function say(text) {
    const toast = document.getElementById("toast");
    if (!toast) return;
    toast.textContent = text;
    toast.toggleAttribute("data-shown", true);
    clearTimeout(say.timer);
    say.timer = setTimeout(() => { toast.removeAttribute("data-shown"); toast.textContent = ""; }, 2500);
  }

  // A copy button copies the value it stands beside.
  async function copy(button) {
    const source = button.closest("[data-copyable]")?.querySelector("[data-value], [data-copy-source]");
    if (!source) return;
    const text = source.textContent;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Without https the clipboard is closed: select the text, so that one key copies it.
      const range = document.createRange();
      range.selectNodeContents(source);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      if (!document.execCommand("copy")) return say("Selected. Press Ctrl+C to copy.");
    }
    button.toggleAttribute("data-copied", true);
    setTimeout(() => button.removeAttribute("data-copied"), 2500);
    say("Copied.");
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) return void copy(button);

    const refused = event.target.closest('[aria-disabled="true"]');
    if (refused) return event.preventDefault();

    // With a script a dialog is modal: focus is kept inside and returns to its button.
    const opener = event.target.closest("[popovertarget]");
    const dialog = opener && document.getElementById(opener.getAttribute("popovertarget"));
    if (dialog instanceof HTMLDialogElement) {
      event.preventDefault();
      if (dialog.open) dialog.close(); else dialog.showModal();
      return;
    }
    if (event.target instanceof HTMLDialogElement && event.target.open) event.target.close();

    // Menus close when one clicks elsewhere.
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const menu = event.target.closest?.("details[data-menu][open]");
      if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
      return;
    }
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest?.("input, textarea, select, [contenteditable]")) return;
    const search = document.getElementById("search");
    if (search) { event.preventDefault(); search.focus(); search.select(); }
  });

  // A form is sent once, however often its button is pressed.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.submitter?.formTarget) return; // a look at it, in a frame, as often as one likes
    if (form.dataset.sent) return event.preventDefault();
    if (form.method === "post" && !form.hasAttribute("hx-post")) form.dataset.sent = "1";
  });
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });

  // "12 s ago" grows old; the words are those the server writes.
  function ago(seconds) {
    const ahead = seconds < 0;
    const s = Math.abs(seconds);
    const words = s < 60 ? `${Math.floor(s)} s` : s < 3600 ? `${Math.floor(s / 60)} min` : s < 172800 ? `${Math.floor(s / 3600)} h` : `${Math.floor(s / 86400)} d`;
    if (s < 1) return "just now";
    return ahead ? `in ${words}` : `${words} ago`;
  }
  function refreshTimes() {
    for (const time of document.querySelectorAll('time[data-format="relative"]')) {
      const seconds = (Date.now() - Date.parse(time.dateTime)) / 1000;
      if (Math.abs(seconds) < 30 * 86400) time.textContent = ago(seconds);
    }
  }
  setInterval(refreshTimes, 10_000);

  // Exact times are written in UTC by the server, and shown in the reader's own zone.
  const clock = { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false };
  const day = { day: "numeric", month: "short", year: "numeric" };
  function localTimes(within) {
    for (const time of within.querySelectorAll("time[datetime]")) {
      const at = new Date(time.dateTime);
      if (Number.isNaN(at.valueOf())) continue;
      const date = at.toLocaleDateString("en-GB", day);
      const hours = at.toLocaleTimeString("en-GB", clock);
      time.title = `${date}, ${hours} (your time)`;
      switch (time.dataset.format) {
        case "clock": time.textContent = hours.slice(0, 5); break;
        case "moment": time.textContent = `${hours}.${String(at.getMilliseconds()).padStart(3, "0")}`; break;
        case "exact": time.textContent = `${date}, ${hours.slice(0, 5)}`; break;
      }
    }
  }
  localTimes(document);

  // A refused form (422) is a page to show, not an error to hide.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status === 422) { event.detail.shouldSwap = true; event.detail.isError = false; }
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    localTimes(document);
    event.target.querySelector?.("[aria-invalid=true]")?.focus();
  });

  // Long work is followed over one connection; while that stands nothing is asked for. When it
  // cannot be had the part goes on asking every few seconds, as without this.
  let followed = null;
  function unfollow() { followed?.source.close(); followed = null; }
  function follow() {
    const url = document.querySelector("[data-follow]")?.dataset.follow;
    if (!url || document.hidden) return unfollow();
    if (followed?.url === url) return;
    unfollow();
    const mine = followed = { url, open: false, source: new EventSource(url) };
    mine.source.addEventListener("open", () => { mine.open = true; });
    mine.source.addEventListener("error", () => {
      mine.open = false;
      if (mine.source.readyState === EventSource.CLOSED && followed === mine) followed = { ...mine, refused: true };
    });
    mine.source.addEventListener("part", (event) => {
      const part = document.querySelector("[data-follow]");
      if (!part || part.contains(document.querySelector("dialog[open]"))) return; // somebody is answering a question in it
      const focused = part.contains(document.activeElement) ? document.activeElement.closest("form")?.getAttribute("action") : null;
      htmx.swap(part, event.data, { swapStyle: "outerHTML" });
      if (focused) document.querySelector(`[data-follow] form[action="${focused}"] button`)?.focus();
    });
    mine.source.addEventListener("over", () => { unfollow(); location.reload(); });
  }
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (followed?.open && event.target.matches?.("[data-follow]")) event.preventDefault();
  });
  document.addEventListener("visibilitychange", follow);
  addEventListener("pagehide", unfollow);
  addEventListener("pageshow", follow);
  document.addEventListener("htmx:responseError", () => say("That did not work. Reload the page and try again."));
  document.addEventListener("htmx:sendError", () => say("We could not be reached. Your input is still here."));
})();
