"use strict";
// Scans that wait for the line. This browser keeps them, for whoever scanned them alone, until the server has answered: a page, a tab or
// a browser that is closed loses none. What is kept, and what is said of it: docs/stockpile.md, "Scans that wait".
(() => {
  const PREFIX = "countermark-scan:";
  const SETTLING = 200;
  const box = document.querySelector("[data-kept]");
  const person = box ? box.dataset.kept : "";
  const shelf = `${PREFIX}${person}:`;

  function names() {
    try {
      return Object.keys(window.localStorage).filter((name) => name.startsWith(PREFIX));
    } catch {
      return [];
    }
  }

  function read(name) {
    try {
      return JSON.parse(window.localStorage.getItem(name));
    } catch {
      return null;
    }
  }

  // One entry for each scan, so that two tabs never write over each other's; by the order they were scanned in, whatever the clock did.
  const all = () => names().filter((name) => name.startsWith(shelf)).map(read).filter(Boolean).sort((one, other) => one.order - other.order);
  const get = (id) => read(shelf + id);
  const others = () => names().length - names().filter((name) => name.startsWith(shelf)).length;

  // Whether this browser keeps it: one that does not is left with a warning.
  function put(one) {
    one.order = one.order || Math.max(Date.now(), ...all().map((kept) => kept.order + 1));
    try {
      window.localStorage.setItem(shelf + one.id, JSON.stringify(one));
      return true;
    } catch {
      return false;
    } finally {
      tell();
    }
  }

  function drop(id) {
    try {
      window.localStorage.removeItem(shelf + id);
    } catch {
      // It was never kept.
    }
    tell();
  }

  // One tab of this person's sends at a time. Browsers have locks on https and on the machine itself; elsewhere the ids of the scans
  // still make sending twice harmless.
  async function exclusively(work) {
    if (!navigator.locks) return work();
    const done = {};
    await navigator.locks.request(shelf, { ifAvailable: true }, async (lock) => {
      if (lock) done.first = { answer: await work() };
    });
    if (done.first) return done.first.answer;
    // What another tab has taken off the shelf is seen here a moment after its lock is free: browsers share the store between processes late.
    return navigator.locks.request(shelf, async () => {
      await new Promise((resolve) => { window.setTimeout(resolve, SETTLING); });
      return work();
    });
  }

  const SIGNED_OUT = 401;
  let out = false;

  // The HTML of an answer; a number where the server refused the whole request (SIGNED_OUT: somebody has to sign in again); null
  // where it could not be reached.
  async function ask(url, body, entrance) {
    try {
      if (out) await renew(entrance);
      const [token] = document.querySelectorAll("input[name=csrfmiddlewaretoken]");
      if (token) body.set("csrfmiddlewaretoken", token.value);
      const answer = await fetch(url, { method: "POST", body, headers: { "HX-Request": "true" }, credentials: "same-origin" });
      if (answer.status >= 500) return null;
      // htmx, whose header is sent, is told in a header of its own to go to the entrance.
      out = answer.redirected || answer.headers.has("HX-Redirect") || [401, 403].includes(answer.status);
      if (out) return SIGNED_OUT;
      return answer.ok || answer.status === 422 ? await answer.text() : answer.status;
    } catch {
      return null;
    }
  }

  // Signing in changes the secret of every form: the entrance, or where it leads who is signed in, has the new one.
  async function renew(entrance) {
    const answer = await fetch(entrance, { credentials: "same-origin" });
    const found = /name="csrfmiddlewaretoken" value="([^"]+)"/.exec(await answer.text());
    if (!found) return;
    for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) [, field.value] = found;
  }

  // The fields a kept scan is sent with beside those of its own: what stood in the form when it was scanned.
  function fields(one) {
    const data = new FormData();
    for (const [name, value] of one.data) data.append(name, value);
    return data;
  }

  function whole(data, { id, text, how, at }) {
    data.set("scan", text);
    data.set("scan_id", id);
    data.set("scan_at", new Date(at).toISOString());
    data.set("scan_how", how);
    data.set("scan_for", person);
    return data;
  }

  // What a row says beside the text that was scanned.
  const said = (row) => Array.from(row.querySelectorAll("strong, .scan-detail"), (part) => part.textContent.trim()).filter(Boolean).join(": ");

  // --- what every page says -----------------------------------------------------------------------------------------

  function fill(place, count, where = "") {
    if (!place) return;
    place.hidden = !count;
    const text = (place.dataset.keptSaid || "{count}").replace("{count}", count);
    (place.querySelector("a") || place).textContent = where ? `${text} (${where})` : text;
  }

  function belongings(scans) {
    const found = new Map();
    for (const one of scans) found.set(one.where, (found.get(one.where) || 0) + 1);
    return Array.from(found, ([where, count]) => `\u2068${where}\u2069: ${count}`).join(", ");
  }

  function tell() {
    if (!box) return;
    // A page with a field for scans says itself how many of its own wait; the page of those that wait has them all.
    const field = document.querySelector("form[data-scan]");
    const here = field ? field.dataset.scanUrl : "";
    const kept = all();
    const listed = document.querySelector("[data-waiting]");
    const waiting = kept.filter((one) => !listed && !one.conflict && one.url !== here);
    const looked = kept.filter((one) => !listed && one.conflict);
    const alone = others();
    fill(box.querySelector("[data-kept-waiting]"), waiting.length, belongings(waiting));
    fill(box.querySelector("[data-kept-conflicts]"), looked.length, belongings(looked));
    fill(box.querySelector("[data-kept-others]"), alone);
    box.hidden = !(waiting.length + looked.length + alone) || !window.location.pathname.startsWith(box.dataset.keptRoom);
    document.dispatchEvent(new CustomEvent("kept:changed"));
  }

  window.countermarkKept = { all, get, put, drop, exclusively, ask, fields, whole, said, SIGNED_OUT };
  if (!box) return;
  window.addEventListener("storage", (event) => {
    if (event.key === null || event.key.startsWith(PREFIX)) tell();
  });
  window.addEventListener("pageshow", tell);
  // Signing out leaves them here: whoever goes says that they know.
  document.addEventListener("submit", (event) => {
    const count = event.target.action === new URL(box.dataset.keptExit, window.location).href ? all().length : 0;
    if (count && !window.confirm(box.dataset.keptLeave.replace("{count}", count))) {
      event.preventDefault();
      event.stopPropagation();
    }
  }, true);
  tell();
})();
