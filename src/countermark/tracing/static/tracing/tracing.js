"use strict";
// The keys for illegible characters put theirs where the cursor last was.
(() => {
  let field = document.querySelector(".mark-input");
  document.addEventListener("focusin", (event) => {
    if (event.target.matches(".mark-input")) field = event.target;
  });
  document.addEventListener("click", (event) => {
    const key = event.target.closest("[data-insert]");
    if (!key || !field) return;
    field.setRangeText(key.dataset.insert, field.selectionStart, field.selectionEnd, "end");
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
})();
