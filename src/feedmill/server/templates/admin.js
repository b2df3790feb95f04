"use strict";
// The page reads without this; it only shows the result of a rebuild without leaving the page.
(function () {
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
      const held = report.held;
      result.className = held ? "bad" : "";
      result.textContent = held
        ? "Held back: " + held
        : "Done in " + Number(report.seconds).toFixed(3) + " s: " + report.feeds.written + " documents written, " +
          report.feeds.unchanged + " unchanged, " + report.problems.length + " problems. Load the page again for the rest.";
    } catch (error) {
      result.className = "bad";
      result.textContent = error.message || "The mill did not answer.";
    } finally {
      button.disabled = false;
    }
  });
})();
