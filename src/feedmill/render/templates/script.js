(() => {
  "use strict";
  const all = (selector) => [...document.querySelectorAll(selector)];
  document.documentElement.classList.add("js");

  // A picture that cannot be had gives its room back to the text.
  document.addEventListener("error", (event) => {
    if (event.target instanceof HTMLImageElement) event.target.closest(".picture")?.remove();
  }, true);

  // navigator.clipboard exists on https and localhost only.
  async function copy(text) {
    if (navigator.clipboard) {
      try { return await navigator.clipboard.writeText(text); } catch { /* not allowed: the old way */ }
    }
    const area = Object.assign(document.createElement("textarea"), { value: text, readOnly: true, className: "unseen" });
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    if (!done) throw new Error("copying is not allowed");
  }

  function copying(button) {
    const name = button.textContent;
    let timer;
    button.addEventListener("click", async () => {
      const status = button.closest("section")?.querySelector("[data-copy-status]");
      try {
        await copy(button.dataset.copy);
      } catch {
        const address = button.parentElement.querySelector(".address");
        return getSelection().selectAllChildren(address.querySelector("bdi") ?? address);
      }
      button.focus();
      button.textContent = button.dataset.copied;
      button.classList.add("done");
      if (status) status.textContent = `${button.dataset.copied}: ${button.dataset.copy}`;
      clearTimeout(timer);
      timer = setTimeout(() => {
        button.textContent = name;
        button.classList.remove("done");
        if (status) status.textContent = "";
      }, 2500);
    });
  }

  document.addEventListener("DOMContentLoaded", () => all("button[data-copy]").forEach(copying));
})();
