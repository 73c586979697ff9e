"use strict";
// The page of the scans that wait in this browser: sent to where they belong, or looked at and discarded. Nothing goes without being asked.
(() => {
  const { all, get, put, drop, exclusively, ask, fields, whole, said, SIGNED_OUT } = window.countermarkKept;
  const GONE = [404, 409, 410];
  const ENDED = ["done", "again", "undone"];

  class Waiting {
    constructor(place) {
      this.place = place;
      this.words = place.dataset;
      this.status = document.querySelector("[data-waiting-said]");
      document.addEventListener("kept:changed", () => this.draw());
      this.place.addEventListener("click", (event) => this.clicked(event.target));
      this.draw();
    }

    draw() {
      const groups = new Map();
      for (const one of all()) groups.set(one.url, [...(groups.get(one.url) || []), one]);
      // What has the focus keeps it: the button after one that is gone, or the page itself.
      const buttons = Array.from(this.place.querySelectorAll("button"));
      const at = buttons.indexOf(document.activeElement);
      this.place.replaceChildren(...Array.from(groups.values(), (scans) => this.group(scans)));
      document.querySelector("[data-waiting-none]").hidden = groups.size > 0;
      const left = this.place.querySelectorAll("button");
      if (at >= 0) (left[Math.min(at, left.length - 1)] || document.getElementById("content")).focus();
    }

    group(scans) {
      const [first] = scans;
      const part = document.querySelector("template[data-waiting-group]").content.firstElementChild.cloneNode(true);
      part.querySelector("[data-where]").textContent = first.where;
      part.querySelector("[data-go]").href = new URL(first.page, window.location).pathname;
      part.querySelector("[data-send]").hidden = !scans.some((one) => !one.conflict);
      part.dataset.url = first.url;
      part.querySelector("[data-rows]").replaceChildren(...scans.map((one) => this.row(one)));
      return part;
    }

    row(one) {
      const row = document.querySelector("template[data-waiting-row]").content.firstElementChild.cloneNode(true);
      row.dataset.scanOutcome = one.conflict ? "asked" : "waiting";
      row.dataset.id = one.id;
      row.querySelector("[data-scan-word]").textContent = one.conflict ? this.words.looked : this.words.waits;
      row.querySelector("[data-scan-text]").textContent = one.text.replaceAll("\u001d", "␝");
      row.querySelector("[data-scan-detail]").textContent = one.conflict || "";
      const discard = row.querySelector("[data-discard]");
      discard.setAttribute("aria-label", `${discard.textContent} ${one.text}`);
      const time = row.querySelector("time");
      time.dateTime = one.at;
      time.textContent = `${one.at.slice(0, 10)} ${one.at.slice(11, 16)} UTC`;
      return row;
    }

    clicked(target) {
      const group = target.closest("[data-url]");
      const here = group ? all().filter((one) => one.url === group.dataset.url) : [];
      if (target.matches("[data-send]")) this.send(here.filter((one) => !one.conflict));
      if (target.matches("[data-discard-all]")) this.discard(here);
      if (target.matches("[data-discard]")) this.discard(here.filter((one) => one.id === target.closest("[data-id]").dataset.id));
    }

    discard(scans) {
      if (!scans.length || !window.confirm(this.words.sure.replace("{count}", scans.length))) return;
      for (const one of scans) drop(one.id);
    }

    async send(scans) {
      if (this.busy) return;
      this.busy = true;
      this.say(this.words.sending);
      let [sent, looked, next] = [0, 0, null];
      for (const one of scans) {
        next = await exclusively(() => this.step(one, next));
        if (!next.answered) break;
        sent += next.sent;
        looked += next.looked;
      }
      this.busy = false;
      const done = this.words.sent.replace("{sent}", sent).replace("{looked}", looked);
      this.say(next && !next.answered ? `${done} ${next.why}` : done, next && next.out);
    }

    // One scan: what became of it, and where it led the one after it (docs/stockpile.md, the field that `follows` names).
    async step(one, before) {
      const kept = get(one.id);
      if (!kept || kept.conflict) return { answered: true, sent: 0, looked: 0 };
      const data = whole(fields(kept), kept);
      if (before && before.place !== undefined && kept.follows) data.set(kept.follows, before.place);
      const answer = await ask(kept.url, data, this.words.entrance);
      if (answer === null) return { why: this.words.lost };
      if (answer === SIGNED_OUT) return { why: this.words.signIn, out: true };
      if (typeof answer === "number") {
        this.refused(kept, answer);
        return { answered: true, sent: 0, looked: 1, place: data.get(kept.follows) || undefined };
      }
      return this.answered(kept, answer);
    }

    // What the server will not take is looked at.
    refused(kept, status) {
      put({ ...kept, conflict: GONE.includes(status) ? this.words.gone : String(status) });
    }

    async answered(kept, html) {
      const holder = document.createElement("template");
      holder.innerHTML = html;
      const row = holder.content.querySelector("[data-scan-outcome]");
      const led = kept.follows ? holder.content.querySelector(`input[name="${CSS.escape(kept.follows)}"]`) : null;
      const ended = row && (ENDED.includes(row.dataset.scanOutcome) || !kept.undo);
      const place = led ? led.value : undefined;
      if (kept.recalled && kept.undo) return this.undone(kept, place);
      if (ended) drop(kept.id);
      else put({ ...kept, conflict: row ? said(row) : this.words.gone });
      return { answered: true, sent: ended ? 1 : 0, looked: ended ? 0 : 1, place };
    }

    // One that was taken back while it was on its way: it waits until the server has heard of that too, and is never just gone.
    async undone(kept, place) {
      const answer = await ask(kept.undo, whole(fields(kept), kept), this.words.entrance);
      if (answer === null) return { why: this.words.lost };
      if (answer === SIGNED_OUT) return { why: this.words.signIn, out: true };
      const refused = typeof answer === "number";
      if (refused) this.refused(kept, answer);
      else drop(kept.id);
      return { answered: true, sent: refused ? 0 : 1, looked: refused ? 1 : 0, place };
    }

    say(text, out = false) {
      this.status.textContent = text;
      document.querySelector("[data-waiting-entrance]").hidden = !out;
    }
  }

  new Waiting(document.querySelector("[data-waiting]"));
})();
