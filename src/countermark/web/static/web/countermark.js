"use strict";
// Conveniences only: every page works without this file.

const typing = (target) =>
  target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"));

let going = false;

function go(key) {
  const link = document.querySelector(`a[data-go="${CSS.escape(key)}"]`);
  if (link) link.click();
}

function showKeys(event) {
  const dialog = document.getElementById("keys");
  if (!dialog || !dialog.showModal) return;
  event.preventDefault();
  if (!dialog.open) dialog.showModal();
}

function onShortcut(event) {
  if (event.key === "/") {
    const field = document.getElementById("omnibox");
    if (!field) return;
    event.preventDefault();
    field.focus();
    field.select();
  } else if (event.key === "?") {
    showKeys(event);
  } else if (event.key === "g") {
    going = true;
    window.setTimeout(() => { going = false; }, 1200);
  } else if (going) {
    going = false;
    go(event.key);
  }
}

// A scanner that ends its codes with Tab sends the field in the header like one that ends them with Return: what came at a scanner's pace
// (as stockpile/scan.js knows it) is one scan. What a person types leads on to the next field.
const SCANNER_PACE = 35;
const SCANNER_FEWEST = 3;
const SCANNER_REST = 1000;
let strokes = [];

function sentByScanner(event) {
  const field = event.target;
  if (field.id !== "omnibox") return false;
  if (event.key !== "Tab") {
    const goesOn = field.value && event.timeStamp - strokes[strokes.length - 1] < SCANNER_REST;
    if (event.key.length === 1) strokes = goesOn ? [...strokes, event.timeStamp] : [event.timeStamp];
    return false;
  }
  const paced = strokes.length >= SCANNER_FEWEST && strokes.length >= field.value.length;
  const pace = paced ? (strokes[strokes.length - 1] - strokes[0]) / (strokes.length - 1) : Infinity;
  return !event.shiftKey && pace <= SCANNER_PACE;
}

document.addEventListener("keydown", (event) => {
  if (sentByScanner(event)) {
    event.preventDefault();
    event.target.form.requestSubmit();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
    if (typing(event.target)) event.target.blur();
    return;
  }
  if (!typing(event.target)) onShortcut(event);
});

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
  const opener = event.target.closest("[data-shows='keys']");
  if (opener) showKeys(event);
  const printer = event.target.closest("[data-print]");
  if (printer) window.print();
});

// A second click on the same button must not send the same form twice.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  window.setTimeout(() => { delete form.dataset.sent; }, 4000);
});
