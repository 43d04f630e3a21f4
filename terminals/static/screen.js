"use strict";

// Silence of this length (ms) means the kiosk behind the page is gone; it beats every second.
const SILENCE = 3000;
const RECOVERING = {
  view: "RECOVERING", icon: "↻", title: "设备恢复中", title_en: "Recovering",
  message: "请稍候。", message_en: "Please wait.", visit: null,
};

const place = (id) => document.getElementById(id);
const write = (id, text) => { place(id).textContent = text; };

let heard = performance.now();
let latest = null;
let silent = true;

function person(one) {
  const paper = one.helper ? "辅助人员" : one.certificate_no && `执法证号 ${one.certificate_no}`;
  return paper ? `${one.name}(${paper})` : one.name;
}

function paint(state) {
  document.body.dataset.view = state.view;
  for (const id of ["icon", "title", "message"]) write(id, state[id]);
  write("title-en", state.title_en);
  write("message-en", state.message_en);
  const visit = state.visit;
  place("visit").hidden = !visit;
  document.body.dataset.visit = visit ? "shown" : "none";
  place("people").replaceChildren(...(visit ? visit.people : []).map((one) => {
    const line = document.createElement("div");
    line.textContent = person(one);
    return line;
  }));
  write("matter", visit ? visit.matter : "");
  write("department", visit ? visit.department : "");
  write("window", visit ? visit.window : "");
  write("visit-no", visit ? visit.visit_no : "");
}

function hear(state) {
  heard = performance.now();
  if (state) latest = state;
  if (latest && (state || silent)) paint(latest);
  silent = false;
}

function watch() {
  if (silent || performance.now() - heard <= SILENCE) return;
  // Nothing of a visit stays while nobody knows whether it still holds; the next beat brings it back.
  silent = true;
  paint(RECOVERING);
}

const source = new EventSource("/events");
source.addEventListener("state", (event) => hear(JSON.parse(event.data)));
source.addEventListener("beat", () => hear(null));
// The browser gives up for good after some errors; then only loading the page again helps.
source.addEventListener("error", () => {
  if (source.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), SILENCE);
});
setInterval(watch, 500);
