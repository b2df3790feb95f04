"use strict";
// The page reads without this: it keeps the page up to date, and shows a rebuild's result in place.
(function () {
  async function refresh() {
    const answer = await fetch("./", { headers: { Accept: "text/html" } });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.title = fresh.title;
    document.querySelector("link[rel=icon]").replaceWith(fresh.querySelector("link[rel=icon]"));
    for (const part of document.querySelectorAll("[data-live]")) {
      const other = fresh.getElementById(part.id);
      if (other && other.outerHTML !== part.outerHTML && !part.contains(document.activeElement)) part.replaceWith(other);
    }
  }

  let known = null, waiting = 0;

  function follow() {
    const events = new EventSource("events");
    events.onmessage = function (event) {
      if (known === event.data) return;
      if (known !== null) {
        clearTimeout(waiting);
        waiting = setTimeout(refresh, 100);
      }
      known = event.data;
    };
    events.onerror = function () {
      fail("not answering");
      known = "";
      if (events.readyState === EventSource.CLOSED) again(); // else the browser asks again by itself
    };
  }

  // After a restart nobody is signed in.
  async function again() {
    const answer = await fetch("./", { headers: { Accept: "text/html" } }).catch(function () { return null; });
    if (!answer || answer.status !== 401) { setTimeout(follow, 2000); return; }
    const link = document.createElement("a");
    link.href = "./";
    link.textContent = "sign in again";
    fail(link);
  }

  function fail(why) {
    const state = document.getElementById("state");
    state.className = "state failing";
    state.lastChild.replaceWith(why);
  }

  follow();

  const form = document.getElementById("rebuild");
  if (!form) return;
  const button = form.querySelector("button");
  const result = document.getElementById("result");
  form.addEventListener("submit", async function (event) {
    event.preventDefault();
    button.disabled = true;
    result.className = "";
    result.textContent = "Rebuilding…";
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        body: new URLSearchParams(new FormData(form)),
        headers: { Accept: "application/json" },
        credentials: "same-origin",
      });
      const report = await answer.json().catch(function () { return {}; });
      if (!answer.ok) throw new Error(report.error || "The mill answered " + answer.status + ".");
      result.textContent = "Done in " + Number(report.seconds).toFixed(3) + " s: " + report.feeds.written +
        " documents written, " + report.feeds.unchanged + " unchanged, " + report.problems.length + " problems.";
    } catch (error) {
      result.className = "bad";
      result.textContent = error.message || "The mill did not answer.";
    } finally {
      button.disabled = false;
    }
  });
})();
