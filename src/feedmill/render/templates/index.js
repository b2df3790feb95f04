(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const make = (name, properties, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  };

  // Who comes back finds the list as it was left.
  const state = history.state ?? {};
  const remember = (change) => history.replaceState(Object.assign(state, change), "");
  const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

  // The entries of the page of everything, asked for when somebody types; those of this page where it cannot be had.
  async function entriesOf(address) {
    let from = document;
    try {
      const answer = location.protocol.startsWith("http") ? await fetch(address) : {};
      if (answer.ok) from = new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch { /* no network: what is here must do */ }
    return all(".entry, .headline", from).map((entry) => {
      const link = entry.querySelector("h3 a");
      if (!link) return [];
      const [provider, time] = [".provider, .facts bdi", "time"].map((part) => entry.querySelector(part)?.textContent ?? "");
      const title = make("h3", { dir: "auto" }, make("a", { href: link.href, textContent: link.textContent }));
      const facts = make("p", { className: "facts" }, [provider, time].filter(Boolean).join(" · "));
      const text = fold([link, entry.querySelector(".summary")].map((part) => part?.textContent ?? "").join(" ") + provider);
      return { item: make("li", { className: "headline", hidden: true }, title, facts), text };
    }).flat();
  }

  function finding(box) {
    const found = document.querySelector("[data-found]");
    const finds = document.querySelector("[data-entries]");
    const groups = all(".group").map((section) => ({
      section,
      items: all(".row", section).map((item) => {
        const text = [".name", ".about"].map((part) => item.querySelector(part)?.textContent ?? "");
        return { item, text: fold(text.join(" ")) };
      }),
    }));
    const total = groups.reduce((sum, { items }) => sum + items.length, 0);
    // Shows those items that have all the words, and returns how many.
    const show = ({ section, items }, fits) => {
      let shown = 0;
      for (const { item, text } of items) {
        const here = fits(text);
        if (item.hidden === here) item.hidden = !here;
        shown += here;
      }
      section.hidden = !shown;
      return shown;
    };
    let entries;
    const findEntries = async (wanted) => {
      entries ??= entriesOf(finds.dataset.entries).then((items) => {
        finds.querySelector("ul").append(...items.map(({ item }) => item));
        return { section: finds, items };
      });
      const known = await entries;
      if (wanted !== box.value) return; // typed on meanwhile
      const words = split(wanted);
      const shown = show(known, (text) => words.length > 0 && words.every((word) => text.includes(word)));
      finds.querySelector(".count").textContent = shown || "";
    };
    const split = (text) => fold(text).split(/\s+/).filter(Boolean);
    const find = () => {
      const words = split(box.value);
      let shown = 0;
      for (const group of groups) shown += show(group, (text) => words.every((word) => text.includes(word)));
      found.textContent = !words.length ? "" : shown
        ? found.dataset.some.replace("{n}", shown).replace("{total}", total) : found.dataset.none;
      if (finds && (words.length || entries)) findEntries(box.value);
    };
    const finder = box.closest(".finder");
    box.addEventListener("input", () => {
      find();
      // What was found stands below: the box goes up, so that it can be seen.
      if (box.value && finder.getBoundingClientRect().bottom > innerHeight / 2) finder.scrollIntoView({ block: "start" });
    });
    box.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && box.value) { box.value = ""; find(); event.preventDefault(); }
    });
    box.addEventListener("change", () => remember({ find: box.value }));
    box.value = state.find ?? box.value;
    find();
  }

  function sorting(choices) {
    const lists = all(".group .rows").map((list) => ({ list, rows: [...list.children] }));
    const instant = (row) => row.querySelector("time")?.dateTime ?? "";
    const sort = (order) => {
      for (const { list, rows } of lists) {
        const sorted = order === "activity" ? [...rows].sort((a, b) => instant(b) < instant(a) ? -1 : instant(b) > instant(a)) : rows;
        list.append(...sorted);
      }
    };
    for (const choice of choices) {
      choice.addEventListener("change", () => { sort(choice.value); remember({ sort: choice.value }); });
      choice.checked = choice.value === (state.sort ?? "name");
    }
    if (state.sort) sort(state.sort);
  }

  // Ticked feeds become an OPML file, made here: no server hears what somebody reads.
  function picking(tray) {
    const status = tray.querySelector("[data-picked]");
    const download = tray.querySelector("a");
    const groups = all(".group").map((section) => {
      const heading = section.querySelector("h2");
      const name = heading.firstChild.textContent.trim();
      const every = make("input", { type: "checkbox", ariaLabel: tray.dataset.group.replace("{}", name) });
      const boxes = all(".row", section).flatMap((row) => {
        const link = row.querySelector(".name");
        const feed = row.querySelector(".formats a[href$='.atom']") ?? row.querySelector(".formats a");
        if (!feed) return [];
        const box = make("input", { type: "checkbox", ariaLabel: tray.dataset.one.replace("{}", link.textContent) });
        row.prepend(box);
        row.classList.add("pick");
        return [{ box, row, title: link.textContent, xml: feed.getAttribute("href"), html: link.getAttribute("href") }];
      });
      if (boxes.length) heading.prepend(every);
      every.addEventListener("change", () => {
        for (const { box, row } of boxes) if (!row.hidden) box.checked = every.checked;
      });
      return { name, every, boxes };
    });
    const picked = () => groups.map(({ name, boxes }) => ({ name, feeds: boxes.filter(({ box }) => box.checked) }))
      .filter(({ feeds }) => feeds.length);
    const opml = () => {
      const file = document.implementation.createDocument(null, "opml");
      const put = (parent, tag, attributes, text) => {
        const element = file.createElement(tag);
        for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
        if (text) element.textContent = text;
        parent.append(element);
        return element;
      };
      file.documentElement.setAttribute("version", "2.0");
      put(put(file.documentElement, "head", {}), "title", {}, tray.dataset.title);
      const body = put(file.documentElement, "body", {});
      for (const { name, feeds } of picked()) {
        const folder = put(body, "outline", { text: name });
        for (const { title, xml, html } of feeds) {
          const address = (path) => new URL(path, tray.dataset.site).href;
          put(folder, "outline", { type: "rss", text: title, title, xmlUrl: address(xml), htmlUrl: address(html) });
        }
      }
      return `<?xml version='1.0' encoding='UTF-8'?>\n${new XMLSerializer().serializeToString(file)}\n`;
    };
    let made = "";
    const show = () => {
      const count = picked().reduce((sum, { feeds }) => sum + feeds.length, 0);
      for (const { every, boxes } of groups) {
        const on = boxes.filter(({ box }) => box.checked).length;
        every.checked = on > 0 && on === boxes.length;
        every.indeterminate = on > 0 && on < boxes.length;
      }
      tray.hidden = !count;
      status.textContent = count ? tray.dataset.some.replace("{n}", count) : "";
      URL.revokeObjectURL(made);
      if (count) download.href = made = URL.createObjectURL(new Blob([opml()], { type: "text/x-opml" }));
    };
    document.addEventListener("change", ({ target }) => { if (target.type === "checkbox") show(); });
    tray.querySelector("button").addEventListener("click", () => {
      for (const { boxes } of groups) for (const { box } of boxes) box.checked = false;
      show();
      document.querySelector(".group h2 input")?.focus();
    });
  }

  document.addEventListener("DOMContentLoaded", () => {
    const [box, tray] = [document.querySelector("#find"), document.querySelector(".picker")];
    const choices = all("input[name='sort']");
    if (choices.length) sorting(choices);
    if (tray) picking(tray);
    if (box) finding(box);
  });
})();
