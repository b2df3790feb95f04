"use strict";
// The desk works without this. With it: keys, results in place, and a search that follows the typing.
(function () {
  const list = function () { return document.getElementById("list"); };
  const rows = function () { return Array.from(document.querySelectorAll(".seed")); };
  const here = function () { return document.activeElement && document.activeElement.closest(".seed"); };
  let number = 0, busy = false;

  async function show(address, options, keep) {
    const mine = ++number;
    let answer, text;
    try {
      answer = await fetch(address, Object.assign({ headers: { Accept: "text/html" } }, options));
      text = await answer.text();
    } catch (error) {
      if (mine === number) tell("The mill does not answer. " + (options ? "Do not count on the change: look again when it does." : "The list is as it was."));
      return;
    }
    if (mine !== number) return;
    if (answer.status === 401) { location.reload(); return; } // it asks for the token
    if (!answer.ok) { tell(reason(text)); return; }
    const other = new DOMParser().parseFromString(text, "text/html").getElementById("list");
    if (!other || !list()) { location.replace(answer.url); return; }
    stay(answer.url);
    list().replaceWith(other);
    if (keep) focusOn(keep);
  }

  // What was done is told once: a bookmark, or a reload, tells and undoes nothing.
  function stay(url) {
    const address = new URL(url);
    address.searchParams.delete("done");
    history.replaceState(null, "", address);
  }
  if (location.search.includes("done=")) stay(location.href);

  function reason(text) {
    try { return JSON.parse(text).error; } catch (error) { return text; }
  }

  function tell(trouble) {
    const old = document.getElementById("refusal"), told = document.createElement("p");
    if (old) old.remove();
    told.id = "refusal";
    told.className = "trouble";
    told.setAttribute("role", "alert");
    told.textContent = trouble;
    (list() || document.getElementById("content")).prepend(told);
    told.scrollIntoView({ block: "nearest" });
  }

  function focusOn(place) {
    const all = rows();
    const same = all.find(function (row) { return row.querySelector("input").value === place.path; });
    const row = same || all[Math.min(place.at, all.length - 1)];
    if (row) row.querySelector(".title a").focus();
  }

  function placeOf(row) {
    return row ? { path: row.querySelector("input").value, at: rows().indexOf(row) } : null;
  }

  function move(step) {
    const all = rows();
    if (!all.length) return;
    const at = all.indexOf(here());
    const row = all[Math.max(0, Math.min(all.length - 1, at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step))];
    row.querySelector(".title a").focus();
    row.scrollIntoView({ block: "nearest" });
  }

  function act(what) {
    const form = document.getElementById("flags");
    if (!form) return;
    const row = here();
    const fields = new FormData(form);
    fields.delete("scope");
    if (list()) {
      if (!form.querySelector(".seed input:checked")) {
        if (!row) return;
        fields.set("path", row.querySelector("input").value);
      }
    }
    fields.set("do", what);
    send(form.action, fields, placeOf(row));
  }

  function undo() {
    const form = document.querySelector("#notice .undo");
    if (form) send(form.action, new FormData(form), placeOf(here()));
  }

  async function send(address, fields, keep) {
    if (busy) return; // one change after the other
    busy = true;
    await show(address, { method: "POST", body: new URLSearchParams(fields) }, keep);
    busy = false;
  }

  document.addEventListener("submit", function (event) {
    const form = event.target;
    if (!list() || !(form.id === "flags" || form.className === "undo")) return;
    const fields = new FormData(form, event.submitter);
    if (fields.get("scope")) return; // a question comes first, on a page of its own
    event.preventDefault();
    send(form.action, fields, placeOf(event.submitter && event.submitter.closest(".seed")));
  });

  document.addEventListener("change", function (event) {
    const told = document.querySelector("[data-chosen]");
    if (!told || event.target.name !== "path") return;
    const count = document.querySelectorAll(".seed input:checked").length;
    told.textContent = count ? count + " ticked:" : told.dataset.none;
  });

  const search = document.getElementById("search");
  if (search) {
    let waiting = 0;
    const find = function () {
      const fields = new URLSearchParams(new FormData(search));
      for (const [name, value] of Array.from(fields)) if (!value) fields.delete(name);
      show(search.action + "?" + fields);
    };
    search.querySelector("[type=search]").addEventListener("input", function () {
      clearTimeout(waiting);
      waiting = setTimeout(find, 120);
    });
  }

  const keys = {
    j: function () { move(1); },
    k: function () { move(-1); },
    p: function () { act("publish"); },
    u: function () { act("unpublish"); },
    z: undo,
    x: function () { const row = here(); if (row) row.querySelector("input").click(); },
    "/": function () { const field = document.getElementById("q"); if (field) { field.focus(); field.select(); } },
    Escape: function () { const up = document.querySelector(".up a"); if (up) up.click(); },
  };
  document.addEventListener("keydown", function (event) {
    const typing = event.target.closest("input:not([type=checkbox]), select, textarea");
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (typing) { if (event.key === "Escape") event.target.blur(); return; }
    if (event.key === "Enter" && event.target.type === "checkbox") {
      event.preventDefault(); // a browser would send the form
      if (here()) here().querySelector(".title a").click();
      return;
    }
    const action = keys[event.key];
    if (!action) return;
    event.preventDefault();
    if (!event.repeat || event.key === "j" || event.key === "k") action();
  });
})();
