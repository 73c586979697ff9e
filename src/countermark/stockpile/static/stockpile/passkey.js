"use strict";
// A button with data-passkey ("get" or "create") asks the server for options (data-passkey-options), then the security key, and sends the
// form with the key's answer in its field "passkey". What goes wrong is said in the form's [data-passkey-said].
(() => {
  async function options(button, form) {
    const answer = await fetch(button.dataset.passkeyOptions, {
      method: "POST",
      body: new FormData(form),
      headers: { Accept: "application/json" },
    });
    const said = await answer.json();
    if (!answer.ok) throw new Error(said.problem || answer.statusText);
    return said;
  }

  async function ask(button) {
    const form = button.form;
    const place = form.querySelector("[data-passkey-said]");
    place.textContent = "";
    button.disabled = true;
    try {
      const asked = await options(button, form);
      const credential = await window.webauthnJSON[button.dataset.passkey](asked);
      form.elements.passkey.value = JSON.stringify(credential);
      if (button.dataset.passkeyAction) form.action = button.dataset.passkeyAction;
      form.submit();
    } catch (error) {
      place.textContent = error.name === "NotAllowedError" ? place.dataset.refused : error.message;
      button.disabled = false;
    }
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-passkey]");
    if (!button) return;
    event.preventDefault();
    ask(button);
  });
})();
