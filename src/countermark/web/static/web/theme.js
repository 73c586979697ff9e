"use strict";
// Before anything is drawn: on "as this device", dark where the device prefers dark.
(() => {
  const root = document.documentElement;
  root.classList.add("scripted");
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    if (root.dataset.look === "auto") root.dataset.bsTheme = dark.matches ? "dark" : "light";
  };
  dark.addEventListener("change", apply);
  apply();
})();
