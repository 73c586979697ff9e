"use strict";
// What scan.js does when the server sends somebody to the entrance: run by test_scan_signed_out.py with the paths of kept.js and scan.js and
// how the server says so; prints as JSON what was seen. Pages are played by the least that the script asks of one.
const fs = require("node:fs");
const vm = require("node:vm");

const [, , kept, script, how] = process.argv;
const ANSWERS = {
  401: { status: 401 },
  403: { status: 403 },
  redirected: { status: 200, redirected: true },
  header: { status: 200, headers: { "HX-Redirect": "/entrance/" } },
};

const listeners = {};
const on = (name, does) => { listeners[name] = does; };
const word = () => ({ textContent: "", inside: [], replaceChildren(...parts) { this.inside = parts; }, querySelector() { return this.inside[0] || null; } });
function row() {
  const parts = { "[data-scan-word]": word(), "[data-scan-text]": {}, "[data-scan-detail]": {} };
  return { dataset: {}, querySelector: (name) => parts[name], querySelectorAll: () => [], replaceWith(one) { Object.assign(this, { replaced: one.html }); } };
}
const rows = [];
const token = { name: "csrfmiddlewaretoken", value: "old" };
const field = { value: "", addEventListener() {}, focus() {} };
const form = {
  dataset: { scanUrl: "/scan/", scanRows: "#rows" },
  elements: { csrfmiddlewaretoken: token },
  querySelector: (name) => ({ "[data-scan-field]": field, "template[data-scan-row]": model })[name] || null,
  addEventListener: on,
  dispatchEvent() {},
};
const model = {
  dataset: { scanEntrance: "/entrance/", scanSignIn: "Sign in again", scanWaiting: "Asking" },
  content: { firstElementChild: { cloneNode: row } },
};
const holder = () => ({ content: { querySelectorAll: () => [], children: [] }, set innerHTML(html) { this.content.children = [{ html, dataset: { scanOutcome: "done" } }]; } });
const document = {
  readyState: "complete",
  documentElement: { lang: "en" },
  addEventListener() {},
  querySelector: (name) => (name === "[data-kept]" ? null : { prepend: (one) => rows.push(one) }),
  querySelectorAll: (name) => (name === "form[data-scan]" ? [form] : [token]),
  createElement: (name) => (name === "template" ? holder() : { name }),
};

const sent = [];
let out = true;
async function fetch(_url, { method = "GET", body } = {}) {
  if (method === "GET") return { text: async () => `<input type="hidden" name="csrfmiddlewaretoken" value="${out ? "outside" : "new"}">` };
  sent.push({ id: body.get("scan_id"), token: body.get("csrfmiddlewaretoken") });
  const { status, redirected = false, headers = {} } = out ? ANSWERS[how] : { status: 200 };
  return { status, redirected, ok: status < 300, headers: new Headers(headers), text: async () => (out ? "" : "<li>") };
}

// A browser that keeps nothing: window has no localStorage.
const window = { location: { pathname: "/counter/" }, addEventListener: on, setTimeout: () => 0, clearTimeout() {} };
const Data = class extends FormData { constructor() { super(); } };
const Event = class { constructor(name) { this.name = name; } };
const page = vm.createContext({ window, document, fetch, navigator: {}, FormData: Data, crypto, performance, console, CustomEvent: Event });
for (const path of [kept, script]) vm.runInContext(fs.readFileSync(path, "utf8"), page);

const settle = () => new Promise((resolve) => { setImmediate(resolve); });
(async () => {
  field.value = "AB1000";
  listeners.submit({ preventDefault() {}, stopPropagation() {} });
  await settle();
  const [first] = rows;
  const [link] = first.querySelector("[data-scan-word]").inside;
  const waits = { outcome: first.dataset.scanOutcome, link };
  out = false;
  listeners.focus();
  await settle();
  console.log(JSON.stringify({ waits, sent, replaced: first.replaced || "" }));
})();
