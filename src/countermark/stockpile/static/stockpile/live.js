"use strict";
// Shows the board of movements as it changes. The page works without: it loads itself anew.

const FULL_MILLISECONDS = 30000;

function watch(board) {
  const state = document.querySelector("[data-live-state]");
  const say = (on) => { if (state) state.textContent = on ? state.dataset.on : state.dataset.off; };
  const source = new EventSource(board.dataset.live);
  source.addEventListener("open", () => say(true));
  source.addEventListener("board", (event) => {
    const page = new DOMParser().parseFromString(JSON.parse(event.data), "text/html");
    board.replaceChildren(...page.body.childNodes);
  });
  source.addEventListener("error", () => {
    say(false);
    // The browser asks again by itself unless it was turned away: too many watch, or nobody is signed in any more.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), FULL_MILLISECONDS);
  });
  addEventListener("pagehide", () => source.close());
}

for (const board of document.querySelectorAll("[data-live]")) watch(board);
