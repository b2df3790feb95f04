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

  function finding(box) {
    const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
    const found = document.querySelector("[data-found]");
    const groups = all(".group").map((section) => ({
      section,
      rows: [...section.querySelectorAll(".row")].map((row) => {
        const text = [".name", ".about"].map((part) => row.querySelector(part)?.textContent ?? "");
        return { row, text: fold(text.join(" ")) };
      }),
    }));
    const total = groups.reduce((sum, group) => sum + group.rows.length, 0);
    const find = () => {
      const wanted = fold(box.value).split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const { section, rows } of groups) {
        let here = 0;
        for (const { row, text } of rows) {
          const fits = wanted.every((word) => text.includes(word));
          if (row.hidden === fits) row.hidden = !fits;
          here += fits;
        }
        section.hidden = !here;
        shown += here;
      }
      found.textContent = !wanted.length ? "" : shown
        ? found.dataset.some.replace("{n}", shown).replace("{total}", total) : found.dataset.none;
    };
    box.addEventListener("input", find);
    box.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && box.value) { box.value = ""; find(); event.preventDefault(); }
    });
    // Who comes back finds the list as it was left.
    box.addEventListener("change", () => history.replaceState({ find: box.value }, ""));
    box.value = history.state?.find ?? box.value;
    find();
  }

  document.addEventListener("DOMContentLoaded", () => {
    all("button[data-copy]").forEach(copying);
    const box = document.querySelector("#find");
    if (box) finding(box);
  });
})();
