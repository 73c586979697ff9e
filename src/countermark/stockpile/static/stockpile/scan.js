"use strict";
// One field that takes every scan. What a page must have, and what a server answers: docs/stockpile.md, "Scanning".
// The ends of scans are those of stockpile/codes/splitting.py; tests hold the two to the same cases.
(() => {
  const PAUSE = 80;
  const LONG_PAUSE = 1000;
  const FAST = 35;
  const FEWEST = 3;
  const ENDS = "\r\n\t";
  const RETRY = 3000;
  const SEPARATOR = "\u001d";
  const { SIGNED_OUT } = window.countermarkKept;

  class Pace {
    constructor() {
      this.count = 0;
      this.first = 0;
      this.last = 0;
    }

    note(at) {
      if (!this.count) this.first = at;
      this.count += 1;
      this.last = at;
    }

    byScanner() {
      return this.count >= FEWEST && (this.last - this.first) / (this.count - 1) <= FAST;
    }

    ended(at, pause) {
      return this.byScanner() && at - this.last > pause;
    }
  }

  function split(keys) {
    const found = [];
    let text = "";
    let pace = new Pace();
    let pause = PAUSE;
    for (const [character, at] of keys) {
      const ends = ENDS.includes(character);
      const paused = pace.ended(at, pause);
      if (ends || paused) {
        if (pace.byScanner()) pause = paused ? PAUSE : LONG_PAUSE;
        if (text) found.push(text);
        text = "";
        pace = new Pace();
      }
      if (!ends) {
        text += character;
        pace.note(at);
      }
    }
    if (text) found.push(text);
    return found;
  }

  const pasted = (text) => split(Array.from(text, (character) => [character, 0]));

  function freshId() {
    // crypto.randomUUID is missing where a depot serves plain HTTP in its own network.
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  }

  // Milliseconds for which a code must have been out of sight of the camera to be another scan.
  const CAMERA_REST = 3000;
  // What a browser that gives no camera means by it (Media Capture and Streams, 10.2): which of the words of the page is said.
  const CAMERA_WORDS = { NotAllowedError: "denied", SecurityError: "denied", NotFoundError: "missing", OverconstrainedError: "missing" };
  const TONES = { done: [880, 0.06], again: [660, 0.06], undone: [520, 0.06], asked: [440, 0.15], refused: [220, 0.3], failed: [220, 0.3] };

  // What a server says of a page that is closed to its person: a count that ended, a store that is not theirs any more.
  const GONE = [404, 409, 410];

  class Desk {
    constructor(form) {
      this.form = form;
      this.kept = window.countermarkKept;
      this.field = form.querySelector("[data-scan-field]");
      this.rows = document.querySelector(form.dataset.scanRows);
      this.model = form.querySelector("template[data-scan-row]");
      this.sound = form.querySelector("[data-scan-sound]");
      this.pace = new Pace();
      this.pause = PAUSE;
      this.timer = 0;
      this.retry = 0;
      this.queue = [];
      this.history = [];
      this.seen = new Map();
      this.busy = false;
      this.listen();
      this.meet();
      this.counted();
      this.drain();
    }

    listen() {
      this.form.addEventListener("submit", (event) => {
        event.preventDefault();
        event.stopPropagation();
        this.end("typed");
      });
      this.field.addEventListener("keydown", (event) => this.key(event));
      this.field.addEventListener("input", (event) => this.typed(event));
      this.field.addEventListener("paste", (event) => this.paste(event));
      document.addEventListener("keydown", (event) => this.elsewhere(event), true);
      window.addEventListener("online", () => this.drain());
      window.addEventListener("focus", () => this.drain());
      window.addEventListener("beforeunload", (event) => {
        if (this.queue.some((scan) => !scan.kept)) event.preventDefault();
      });
      this.listenToSound();
      this.listenToCamera();
      this.field.focus();
    }

    // --- the field ----------------------------------------------------------------------------------------------------

    key(event) {
      if (event.isComposing) return;
      if (event.key === "Enter") {
        event.preventDefault();
        this.endByKey();
      } else if (event.key === "Tab" && !event.shiftKey) {
        this.tab(event);
      } else if (event.key === "Escape") {
        event.preventDefault();
        event.stopPropagation();
        this.back();
      } else if (event.ctrlKey && event.key === "]") {
        // How scanners type the separator of GS1 codes.
        event.preventDefault();
        this.insert(SEPARATOR, event.timeStamp);
      } else if (event.ctrlKey && (event.key === "j" || event.key === "m") && this.lately(event)) {
        // Line feed and return, from scanners that type control characters.
        event.preventDefault();
        if (this.field.value) this.endByKey();
      }
    }

    tab(event) {
      // A tab of the scanner ends a scan, also straight after a return; with an empty field it leads on, as everywhere.
      if (this.field.value) {
        event.preventDefault();
        this.endByKey();
      } else if (this.lately(event)) {
        event.preventDefault();
      }
    }

    lately(event) {
      return this.pace.last > 0 && event.timeStamp - this.pace.last <= this.pause;
    }

    insert(text, at) {
      const { selectionStart: from, selectionEnd: to } = this.field;
      this.field.setRangeText(text, from, to, "end");
      this.note(at);
    }

    typed(event) {
      if (event.inputType === "insertFromPaste") return;
      if (!this.field.value) this.pace = new Pace();
      else if ((event.data || "").length) this.note(event.timeStamp);
    }

    endByKey() {
      const scanner = this.pace.byScanner();
      // A scanner that sends an end is waited for: a busy browser may pause in the middle of a scan.
      if (scanner) this.pause = LONG_PAUSE;
      this.end(scanner ? "scanner" : "typed");
    }

    endByPause() {
      this.pause = PAUSE;
      this.end("scanner");
    }

    note(at) {
      if (this.pace.ended(at, this.pause)) this.endBefore();
      this.pace.note(at);
      window.clearTimeout(this.timer);
      // Characters that wait behind this timer in the browser's queue come first: so it is asked a second time.
      this.timer = window.setTimeout(() => {
        this.timer = window.setTimeout(() => {
          if (this.field.value && this.pace.ended(performance.now(), this.pause)) this.endByPause();
        }, 0);
      }, this.pause);
    }

    endBefore() {
      // The pause went by unnoticed in a busy browser: all but the newest character is a scan of its own.
      const characters = Array.from(this.field.value);
      const newest = characters.pop();
      this.field.value = characters.join("");
      this.endByPause();
      this.field.value = newest;
    }

    paste(event) {
      const text = event.clipboardData ? event.clipboardData.getData("text") : "";
      if (!/[\r\n\t]/.test(text)) return;
      event.preventDefault();
      for (const one of pasted(this.field.value + text)) this.take(one, "pasted");
      this.clear();
    }

    end(how) {
      const text = this.field.value;
      const last = this.pace.last;
      this.clear();
      this.pace.last = last;
      if (text.trim()) this.take(text, how);
    }

    clear() {
      window.clearTimeout(this.timer);
      this.field.value = "";
      this.pace = new Pace();
    }

    elsewhere(event) {
      const target = event.target;
      if (target === this.field || event.ctrlKey || event.metaKey || event.altKey || event.key.length !== 1) return;
      if (event.key === " " || document.querySelector("dialog[open]")) return;
      if (target.matches("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]")) return;
      if (target === document.body && (event.key === "/" || event.key === "?")) return;
      event.stopPropagation();
      this.field.focus();
    }

    // --- scans --------------------------------------------------------------------------------------------------------

    take(text, how) {
      const now = new Date();
      const before = this.seen.get(text);
      if (before && this.form.dataset.scanRepeats !== "allowed") {
        this.again(text, before);
        return;
      }
      const scan = { id: freshId(), text, how, at: now, data: new FormData(this.form), row: this.row("waiting", text) };
      // Where the person stood is known of the first that waits alone: one before it may lead elsewhere.
      if (this.queue.length) scan.data.delete(this.form.dataset.scanFollows);
      this.seen.set(text, now);
      this.history.push(scan);
      this.queue.push(scan);
      this.keep(scan);
      this.counted();
      this.drain();
    }

    again(text, before) {
      const time = before.toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
      const row = this.row("again", text, (this.form.dataset.scanAgain || "{time}").replace("{time}", time));
      this.answered("again", row);
    }

    row(outcome, text, detail = "") {
      const row = this.model.content.firstElementChild.cloneNode(true);
      this.tell(row, outcome, detail);
      row.querySelector("[data-scan-text]").textContent = text.replaceAll(SEPARATOR, "␝");
      this.rows.prepend(row);
      return row;
    }

    tell(row, outcome, detail) {
      row.dataset.scanOutcome = outcome;
      const words = this.model.dataset;
      const name = `scan${outcome.charAt(0).toUpperCase()}${outcome.slice(1)}`;
      row.querySelector("[data-scan-word]").textContent = words[name] || "";
      row.querySelector("[data-scan-detail]").textContent = detail;
    }

    async drain() {
      if (this.busy) return;
      this.busy = true;
      while (this.queue.length && (await this.kept.exclusively(() => this.step())));
      this.busy = false;
      window.clearTimeout(this.retry);
      if (this.queue.length) this.retry = window.setTimeout(() => this.drain(), RETRY);
    }

    // Sends the scan that has waited longest, whichever tab it was scanned in; false where the line is still broken.
    async step() {
      this.meet();
      const [scan] = this.queue;
      if (!scan) return false;
      if (!(await this.send(scan))) return false;
      this.queue = this.queue.filter((one) => one !== scan);
      this.lead(scan, this.queue[0]);
      this.counted();
      return true;
    }

    // The next in the queue was scanned where the one before it led: a rack, or the same place still.
    lead(scan, next) {
      const name = this.form.dataset.scanFollows;
      if (!name || !next) return;
      const place = scan.failed ? scan.data.get(name) : this.form.elements[name].value;
      if (place === null) return;
      next.data.set(name, place);
      if (next.kept) this.keep(next);
    }

    async send(scan) {
      const data = this.kept.whole(scan.data, scan);
      const answer = await this.ask(this.form.dataset.scanUrl, data);
      if (answer === null) return false;
      if (answer === SIGNED_OUT) {
        this.signIn(scan.row);
        return false;
      }
      if (typeof answer === "number") {
        this.tell(scan.row, "failed", GONE.includes(answer) ? this.model.dataset.scanGone || "" : String(answer));
        this.forget(scan);
        this.answered("failed", scan.row);
      } else {
        this.replace(scan, answer);
      }
      scan.failed = typeof answer === "number";
      this.settle(scan);
      if (scan.recalled) {
        scan.undone = false;
        if (scan.done && this.form.dataset.scanUndo) await this.undo(scan);
      }
      return true;
    }

    ask(url, body) {
      return this.kept.ask(url, body, this.model.dataset.scanEntrance);
    }

    signIn(row) {
      const word = row.querySelector("[data-scan-word]");
      if (word.querySelector("a")) return;
      const link = document.createElement("a");
      link.href = this.model.dataset.scanEntrance;
      link.target = "_blank";
      link.rel = "noopener";
      link.textContent = this.model.dataset.scanSignIn;
      word.replaceChildren(link);
      this.answered("failed", row);
    }

    replace(scan, html) {
      const holder = document.createElement("template");
      holder.innerHTML = html;
      for (const part of holder.content.querySelectorAll("[data-scan-into]")) {
        const place = document.querySelector(part.dataset.scanInto);
        part.remove();
        if (place) place.replaceChildren(...part.childNodes);
      }
      const rows = Array.from(holder.content.children);
      if (!rows.length) return;
      scan.row.replaceWith(...rows);
      [scan.row] = rows;
      const outcome = scan.row.dataset.scanOutcome || "done";
      if (outcome !== "done" || scan.row.dataset.scanForget !== undefined) this.forget(scan);
      scan.done = outcome === "done";
      if (window.htmx) for (const row of rows) window.htmx.process(row);
      this.answered(outcome, scan.row);
    }

    forget(scan) {
      this.seen.delete(scan.text);
    }

    answered(outcome, row) {
      this.form.dispatchEvent(new CustomEvent("scan:answered", { bubbles: true, detail: { outcome, row } }));
      if (this.sound && this.sound.checked) this.beep(outcome);
    }

    // --- what waits survives the page, the tab and the browser: kept.js -----------------------------------------------

    keep(scan) {
      const own = (pair) => typeof pair[1] === "string" && !["csrfmiddlewaretoken", "scan"].includes(pair[0]);
      const { scanUrl: url, scanUndo: undo = "", scanWhere: where = "", scanFollows: follows = "" } = this.form.dataset;
      const { id, text, how, order, recalled = false } = scan;
      const data = Array.from(scan.data).filter(own);
      const page = window.location.pathname;
      const entry = { id, text, how, order, recalled, at: scan.at.toISOString(), data, url, undo, where, follows, page };
      scan.kept = this.kept.put(entry);
      scan.order = entry.order;
    }

    // What waits here, from this tab, from another or from one that was closed; what another has sent meanwhile waits no longer.
    meet() {
      const waiting = this.kept.all().filter((one) => one.url === this.form.dataset.scanUrl && !one.conflict);
      const ids = new Set(waiting.map((one) => one.id));
      const gone = this.queue.filter((scan) => scan.kept && !ids.has(scan.id));
      this.queue = this.queue.filter((scan) => !gone.includes(scan));
      for (const scan of gone) this.tell(scan.row, "elsewhere", "");
      for (const one of waiting) this.takeUp(one);
      this.queue.sort((one, other) => one.order - other.order);
    }

    takeUp(one) {
      const data = this.kept.fields(one);
      const here = this.queue.find((scan) => scan.id === one.id);
      if (here) {
        here.data = data;
        return;
      }
      const row = this.row("waiting", one.text);
      const scan = { ...one, data, at: new Date(one.at), row, kept: true, older: true, undone: one.recalled };
      this.seen.set(scan.text, scan.at);
      this.history.push(scan);
      this.queue.push(scan);
    }

    // An answer ends the waiting. What was not done of a scan that outlived its page is looked at by its person: it never just goes.
    settle(scan) {
      const outcome = scan.row.dataset.scanOutcome;
      const looked = scan.older && !["done", "again", "undone"].includes(outcome);
      // None where another tab discarded it meanwhile.
      const kept = this.kept.get(scan.id);
      if (kept && this.form.dataset.scanUndo && !scan.recalled && (scan.failed || looked)) {
        this.kept.put({ ...kept, conflict: this.kept.said(scan.row) });
      } else {
        this.kept.drop(scan.id);
      }
    }

    counted() {
      const place = this.form.querySelector("[data-scan-waiting-count]");
      if (!place) return;
      place.hidden = !this.queue.length;
      place.textContent = (place.dataset.scanWaitingCount || "{count}").replace("{count}", this.queue.length);
    }

    // --- undo ---------------------------------------------------------------------------------------------------------

    back() {
      if (this.field.value) {
        this.clear();
        return;
      }
      // A page that only looks things up has nothing to take back but what still waits.
      const undoes = Boolean(this.form.dataset.scanUndo);
      const scan = this.history.findLast((one) => !one.undone && ((one.done && undoes) || this.queue.includes(one)));
      if (scan) this.undo(scan);
    }

    async undo(scan) {
      scan.undone = true;
      this.forget(scan);
      const at = this.queue.indexOf(scan);
      if (at === 0 && this.busy && !scan.recalled) {
        // It is on its way: the server hears of it first, then that it is taken back.
        scan.recalled = true;
        if (scan.kept) this.keep(scan);
        return;
      }
      if (at > 0 || (at === 0 && !this.busy)) {
        this.queue.splice(at, 1);
        this.kept.drop(scan.id);
        this.counted();
        this.undone(scan);
        return;
      }
      const data = new FormData(this.form);
      const answer = await this.ask(this.form.dataset.scanUndo, this.kept.whole(data, scan));
      if (typeof answer === "string") {
        this.replace(scan, answer);
        scan.done = false;
        this.forget(scan);
      } else {
        // It stands: nothing may say that it does not.
        scan.undone = false;
        this.failed(this.row("failed", scan.text), answer);
      }
    }

    failed(row, answer) {
      this.tell(row, "failed", answer === SIGNED_OUT ? "" : String(answer || ""));
      if (answer === SIGNED_OUT) this.signIn(row);
      else this.answered("failed", row);
    }

    undone(scan) {
      this.tell(scan.row, "undone", "");
      this.answered("undone", scan.row);
    }

    // --- sound and camera ---------------------------------------------------------------------------------------------

    listenToSound() {
      if (!this.sound) return;
      const name = "countermark-scan-sound";
      try {
        this.sound.checked = window.localStorage.getItem(name) === "on";
        this.sound.addEventListener("change", () => window.localStorage.setItem(name, this.sound.checked ? "on" : "off"));
      } catch {
        // A browser that keeps nothing asks again next time.
      }
    }

    beep(outcome) {
      const [pitch, seconds] = TONES[outcome] || TONES.done;
      this.audio = this.audio || new AudioContext();
      const tone = this.audio.createOscillator();
      tone.frequency.value = pitch;
      tone.connect(this.audio.destination);
      tone.start();
      tone.stop(this.audio.currentTime + seconds);
    }

    listenToCamera() {
      const button = this.form.querySelector("[data-scan-camera]");
      const video = this.form.querySelector("[data-scan-video]");
      const able = "BarcodeDetector" in window && navigator.mediaDevices && navigator.mediaDevices.getUserMedia;
      if (button && video && able) {
        button.hidden = false;
        button.addEventListener("click", () => this.watch(button, video));
      }
      const photograph = this.form.querySelector("[data-scan-photograph]");
      if (photograph) photograph.addEventListener("change", () => this.readPhotograph(photograph));
    }

    async watch(button, video) {
      if (this.stream) {
        this.stopWatching(button, video);
        return;
      }
      this.cameraSays("");
      try {
        this.stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
        video.hidden = false;
        video.srcObject = this.stream;
        await video.play();
        button.setAttribute("aria-pressed", "true");
        for (const track of this.stream.getTracks()) track.addEventListener("ended", () => this.lostCamera(button, video));
        await this.detect(new window.BarcodeDetector(), video);
      } catch (problem) {
        if (this.stream) this.stopWatching(button, video);
        this.cameraSays(CAMERA_WORDS[problem.name] || "failed");
      }
    }

    async detect(detector, video) {
      const seen = new Map();
      while (this.stream) {
        for (const { rawValue } of await detector.detect(video).catch(() => [])) {
          // A code stays before the camera for a while, and beside others: that is one scan of each.
          const now = performance.now();
          if (!(now - seen.get(rawValue) < CAMERA_REST)) this.take(rawValue, "camera");
          seen.set(rawValue, now);
        }
        await new Promise((resolve) => { window.setTimeout(resolve, 150); });
      }
    }

    lostCamera(button, video) {
      if (this.stream) this.stopWatching(button, video);
      this.cameraSays("failed");
    }

    cameraSays(word) {
      const place = this.form.querySelector("[data-scan-camera-said]");
      if (!place) return;
      place.hidden = !word;
      place.textContent = place.dataset[word] || "";
    }

    stopWatching(button, video) {
      for (const track of this.stream.getTracks()) track.stop();
      this.stream = null;
      video.srcObject = null;
      video.hidden = true;
      button.setAttribute("aria-pressed", "false");
      this.field.focus();
    }

    async readPhotograph(input) {
      const [file] = input.files;
      if (!file) return;
      const data = new FormData(this.form);
      data.set("photograph", file);
      input.value = "";
      const row = this.row("waiting", file.name);
      const answer = await this.ask(this.form.dataset.scanPhoto, data);
      const found = typeof answer === "string" ? JSON.parse(answer) : { texts: [] };
      if (found.texts.length) {
        row.remove();
        for (const text of found.texts) this.take(text, "photograph");
      } else {
        this.failed(row, typeof answer === "string" ? found.message || "" : answer);
      }
      this.field.focus();
    }
  }

  // A card scanned into a field that another one belongs to (its PIN) leads there; the return after it sends nothing yet.
  document.addEventListener("keydown", (event) => {
    const then = event.key === "Enter" && event.target.dataset && event.target.dataset.scanThen;
    const next = then && document.querySelector(then);
    if (!next || next.value) return;
    event.preventDefault();
    next.focus();
  });

  window.countermarkScan = { split, pasted };
  const begin = () => { for (const form of document.querySelectorAll("form[data-scan]")) new Desk(form); };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
})();
