"use strict";
// Single keys at the bench. The screen works without this file: by Tab, Space and Enter.

const inText = (target) =>
  target.isContentEditable || target.matches("textarea, select, input:not([type=checkbox]):not([type=radio])");

document.addEventListener("keydown", (event) => {
  // Escape leaves a field, so that the single keys work again: the serial is asked for with the cursor in it.
  if (event.key === "Escape" && inText(event.target)) event.target.blur();
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || inText(event.target)) return;
  const wanted = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!wanted) return;
  event.preventDefault();
  if (wanted.matches("input[type=text], input[type=search]")) wanted.focus();
  else wanted.click();
});
