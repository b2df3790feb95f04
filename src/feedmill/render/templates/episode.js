(() => {
  "use strict";

  // A chapter starts the player above it; without script its link opens the file at that place.
  document.addEventListener("click", (event) => {
    const chapter = event.target.closest("a[data-at]");
    const player = chapter?.closest(".episode").querySelector("audio, video");
    if (!player || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    player.currentTime = Number(chapter.dataset.at);
    player.play().catch(() => { /* the player itself says what is wrong */ });
  });

  // One plays at a time.
  document.addEventListener("play", (event) => {
    for (const player of document.querySelectorAll(".episode :is(audio, video)")) {
      if (player !== event.target) player.pause();
    }
  }, true);
})();
