// Adds live numbers, countdowns and the keys of the seat map. Every page works without this script.
"use strict";

(() => {
  const root = document.documentElement;
  const spoken = document.querySelector("[data-spoken]");
  const offline = document.querySelector("[data-offline]");
  // Text browsers ignore `hidden`, so a part that only the script shows has its text in an attribute.
  const reveal = (part, name) => Object.assign(part, { textContent: part.dataset[name], hidden: false });
  const SPEAK_MS = 15000;
  const FIRST_RETRY_MS = 2000;
  const LONGEST_RETRY_MS = 30000;
  const DAY_MS = 86400000;
  // Harder puzzles take too long, and a service that is less busy after some of them is rare.
  const MOST_BITS = 24;
  const MOST_PUZZLES = 5;

  // The clock of the service, from the time at which it wrote this page.
  const sent = performance.timeOrigin + (performance.getEntriesByType("navigation")[0]?.responseStart ?? 0);
  const lead = Number(root.dataset.now) - sent;
  const now = () => Date.now() + lead;

  // Tells a screen reader the latest sentence, at most once in 15 seconds.
  let [lastSpoken, waitingToSpeak] = [-Infinity, undefined];
  function speak(sentence) {
    clearTimeout(waitingToSpeak);
    const delay = Math.max(0, lastSpoken + SPEAK_MS - performance.now());
    waitingToSpeak = setTimeout(() => {
      if (spoken.textContent !== sentence) spoken.textContent = sentence;
      lastSpoken = performance.now();
    }, delay);
  }

  let isLeaving = false;
  function reload() {
    if (isLeaving) return;
    isLeaving = true;
    location.reload();
  }

  // Countdowns.
  function left(milliseconds) {
    const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
    const two = (number) => String(number).padStart(2, "0");
    const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
    return (hours ? `${hours}:${two(minutes)}` : `${minutes}`) + `:${two(seconds % 60)}`;
  }
  function tick() {
    for (const timer of document.querySelectorAll("[data-until]")) {
      const rest = Number(timer.dataset.until) - now();
      if (rest > DAY_MS) continue;
      const text = left(rest);
      if (timer.textContent !== text) timer.textContent = text;
      // Browsers do not all load the page in the same second.
      if (rest <= 0 && "reloads" in timer.dataset) setTimeout(reload, 500 + Math.random() * 1500);
      if (rest <= 0) delete timer.dataset.until;
    }
    setTimeout(tick, 1000 - (now() % 1000) + 5);
  }
  tick();

  // Asks again and again, as often as the service wants. `use` gets the answer and returns the next delay, or null. A page
  // in the background goes on only if `isPatient`.
  function poll(path, firstDelay, isPatient, use) {
    let failures = 0;
    async function ask() {
      let delay;
      try {
        const answer = await fetch(path(), { headers: { accept: "text/html, application/json" }, cache: "no-store" });
        if (answer.status >= 500 || answer.status === 429) {
          throw new Error(answer.headers.get("retry-after") ?? "");
        }
        // The page shows what has happened: the turn is over, or the session has ended.
        if (!answer.ok) return reload();
        failures = 0;
        offline.hidden = true;
        delay = await use(answer);
      } catch (error) {
        if (++failures > 1) reveal(offline, "offline");
        const wanted = Number(error.message) * 1000 || 0;
        delay = Math.max(wanted, Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures) * (0.5 + Math.random() / 2));
      }
      if (delay !== null && !isLeaving) wait(delay);
    }
    function wait(delay) {
      setTimeout(() => {
        if (!document.hidden || isPatient) return void ask();
        document.addEventListener("visibilitychange", () => void ask(), { once: true });
      }, delay);
    }
    wait(firstDelay);
  }

  // The waiting line. Its number only falls.
  const line = document.querySelector("[data-live]");
  if (line) {
    let shown = line;
    document.title = line.dataset.title ?? document.title;
    poll(() => shown.dataset.live, Number(line.dataset.after), true, async (answer) => {
      const part = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-live]");
      if (!part || "reload" in part.dataset) {
        reload();
        return null;
      }
      const next = document.adoptNode(part);
      if (Number(next.dataset.ahead) <= Number(shown.dataset.ahead)) {
        if (next.innerHTML !== shown.innerHTML) {
          if (next.dataset.ahead !== shown.dataset.ahead) speak(next.dataset.say);
          shown.replaceWith(next);
          shown = next;
          document.title = next.dataset.title;
        }
      }
      return Number(next.dataset.after);
    });
  }

  // A payment without a decision.
  const pending = document.querySelector("[data-reload-after]");
  if (pending) setTimeout(reload, Number(pending.dataset.reloadAfter));

  // The seat map.
  const map = document.querySelector("form[data-seats]");
  if (map) {
    const boxes = new Map();
    for (const block of map.querySelectorAll("[data-first]")) {
      const price = Number(block.dataset.price);
      [...block.querySelectorAll("input")].forEach((box, offset) => {
        boxes.set(Number(block.dataset.first) + offset, box);
        box.price = price;
      });
    }
    const all = [...boxes.values()];
    const summary = map.querySelector("[data-summary]");
    const empty = summary.dataset.none;
    const most = Number(map.dataset.most);
    const button = map.querySelector("button");
    const money = new Intl.NumberFormat(root.lang, { style: "currency", currency: map.dataset.currency });
    const digits = money.resolvedOptions().maximumFractionDigits;

    function summarize() {
      const chosen = all.filter((box) => box.checked);
      const sum = chosen.reduce((total, box) => total + box.price, 0) / 10 ** digits;
      summary.textContent = chosen.length ? `${chosen.map((box) => box.value).join(", ")} · ${money.format(sum)}` : empty;
      button.disabled = chosen.length === 0;
      return chosen.length;
    }
    map.addEventListener("change", (event) => {
      if (summarize() > most) {
        event.target.checked = false;
        summarize();
      }
    });
    summarize();

    // One seat is reached by Tab, and the others by the arrow keys.
    const rows = [...map.querySelectorAll("fieldset")].map((row) => [...row.querySelectorAll("input")]);
    let current = all.find((box) => !box.disabled) ?? all[0];
    for (const box of all) box.tabIndex = box === current ? 0 : -1;
    reveal(map.querySelector("[data-keys]"), "keys");

    poll(() => `${map.dataset.seats}&layout=${map.dataset.layout}`, 1000, false, async (answer) => {
      const states = await answer.json();
      if (String(states.layout) !== map.dataset.layout) {
        reload();
        return null;
      }
      const taken = new Set();
      for (const [first, last] of [...states.held, ...states.sold]) {
        for (let index = first; index <= last; index++) taken.add(index);
      }
      const lost = [];
      for (const [index, box] of boxes) {
        if (box.disabled === taken.has(index)) continue;
        if (box.checked) lost.push(box.value);
        box.checked = false;
        box.disabled = taken.has(index);
      }
      if (current.disabled) {
        current.tabIndex = -1;
        current = all.find((box) => !box.disabled) ?? current;
        current.tabIndex = 0;
      }
      summarize();
      if (lost.length) {
        summary.textContent = map.dataset.takenText + lost.join(", ");
        speak(summary.textContent);
      }
      return states.after;
    });

    function go(box) {
      if (!box) return;
      current.tabIndex = -1;
      current = box;
      current.tabIndex = 0;
      current.focus();
    }
    // The nearest free seat of a row.
    function nearest(row, offset) {
      const free = (row ?? []).filter((box) => !box.disabled);
      const distance = (box) => Math.abs(row.indexOf(box) - offset);
      return free.sort((a, b) => distance(a) - distance(b))[0];
    }
    const middle = (row) => (row.length - 1) / 2;
    map.addEventListener("focusin", (event) => {
      if (!boxes.size || event.target.type !== "checkbox" || event.target === current) return;
      current.tabIndex = -1;
      current = event.target;
      current.tabIndex = 0;
    });
    map.addEventListener("keydown", (event) => {
      const number = rows.findIndex((row) => row.includes(event.target));
      if (number < 0) return;
      const row = rows[number];
      const offset = row.indexOf(event.target);
      const side = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      const way = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (!side && !way) return;
      event.preventDefault();
      if (side) {
        const ahead = side > 0 ? row.slice(offset + 1) : row.slice(0, offset).reverse();
        return go(ahead.find((box) => !box.disabled));
      }
      for (let next = number + way; rows[next]; next += way) {
        const box = nearest(rows[next], offset - middle(row) + middle(rows[next]));
        if (box) return go(box);
      }
    });
  }

  // Times without a venue, in the zone of the browser.
  function showLocalTimes() {
    for (const time of document.querySelectorAll("[data-local]")) {
      const format = { dateStyle: "medium", timeStyle: "short" };
      time.textContent = new Intl.DateTimeFormat(root.lang, format).format(new Date(time.dateTime));
    }
  }
  showLocalTimes();

  for (const part of document.querySelectorAll("[data-print]")) {
    const button = Object.assign(document.createElement("button"), { className: "quiet", textContent: part.dataset.print });
    button.addEventListener("click", () => window.print());
    part.replaceWith(button);
  }

  // Solves a puzzle on another thread, so that the page stays alive.
  function solution(solver, puzzle) {
    return new Promise((done, failed) => {
      const worker = new Worker(solver);
      worker.addEventListener("message", ({ data }) => {
        worker.terminate();
        done(data);
      });
      worker.addEventListener("error", failed);
      worker.postMessage({ challenge: puzzle.challenge, bits: Number(puzzle.bits) });
    });
  }

  // Sends a form with a password, and sends it again with the solution of each puzzle in the answer.
  async function send(form) {
    const fields = new URLSearchParams(new FormData(form));
    for (let left = MOST_PUZZLES; ; left--) {
      const answer = await fetch(form.action, { method: "POST", body: fields });
      if (answer.redirected) return location.assign(answer.url);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const puzzle = page.querySelector("[data-challenge]")?.dataset;
      if (!puzzle || puzzle.bits > MOST_BITS || !left) return show(page);
      form.querySelector("[role=status]").textContent = form.dataset.effort;
      fields.set("nonce", await solution(form.dataset.solver, puzzle));
      fields.set("challenge", puzzle.challenge);
    }
  }
  function show(page) {
    document.title = page.title;
    document.querySelector("main").replaceWith(document.adoptNode(page.querySelector("main")));
    document.querySelector("main").focus();
    scrollTo(0, 0);
    showLocalTimes();
  }

  // A second press of a button waits for the answer to the first one. The ids in the forms make it harmless anyway.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.isSent) return event.preventDefault();
    form.dataset.isSent = "yes";
    if (!form.dataset.effort) return;
    event.preventDefault();
    send(form).catch(() => {
      reveal(document.querySelector("[data-offline]"), "offline");
      delete form.dataset.isSent;
    });
  });

  // A page from the history shows an old state.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) reload();
  });
})();
