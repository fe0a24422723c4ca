// Proteins as points of a map. Data: "ids", accessions; "x" and "y", whole numbers from 0 to 1000; "functions", names, and "specific",
// for each protein the numbers of some of them; "near": for each protein the nearest by all numbers of its vector; "coloured": a few
// functions, each with its name and proteins; "genes": accession -> gene, where known; "start", an accession. model.get("own"), if
// there, is one more point: {x, y, label}.
const CLOSER = 1.5, MOST = 40, HITS = 50, SHIFTS = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1]};

const HINT = "On the map, arrow keys go to the next protein and, with Shift, move the map; + and − change its size. A pointer " +
  "drags it, a wheel (with Ctrl, or once the map has the focus) and two fingers enlarge it.";

function render({model, el}) {
  const {ids, x, y, functions, specific, near, coloured, genes, start} = model.get("data");
  const count = number => number.toLocaleString("en"), every = ids.map((_, i) => i), kinds = coloured.map(one => one.name);
  const name = i => genes[ids[i]] ? `${genes[ids[i]]} (${ids[i]})` : ids[i];
  const told = i => `${name(i)}: ${specific[i].map(one => functions[one]).join("; ")}`;
  const words = every.map(i => told(i).toLowerCase()), view = {x: 500, y: 500, zoom: 1}, pointers = new Map();
  let width = 340, height = 340, at = Math.max(ids.indexOf(start), 0), kind = 0, hits = [], dragged = 0;

  const canvas = h("canvas", {role: "img", tabindex: 0, style: "width: 100%; cursor: crosshair", onkeydown: key, onwheel: wheel,
    onpointerdown: down, onpointermove: over, onpointerup: up, onpointercancel: up, onpointerleave: () => pointed()});
  const place = h("div", {}, canvas), said = spoken(), hint = h("p", {class: "soft", style: "min-height: 3em"});
  const picked = h("select", {id: "play-map-hits", size: 4, style: "width: 100%; min-height: 6.5rem",
    onchange: () => go(hits[picked.selectedIndex])});
  const list = h("div", {hidden: true}, h("label", {for: "play-map-hits"}, "Found"), picked);
  const called = ids.map(id => genes[id]).filter(Boolean).join(", ");
  const button = (label, sign, by) => h("button", {type: "button", "aria-label": label, onclick: () => zoomed(by)}, sign);
  el.append(choice("In colour", "play-map-kind", kinds, paint).row,
    h("label", {for: "play-map-find"}, `Find an accession, a function or one of the genes ${called}`),
    h("input", {type: "text", id: "play-map-find", spellcheck: "false", autocomplete: "off", oninput: event => find(event.target.value)}),
    list,
    h("div", {class: "row"}, button("Zoom in", "+", CLOSER), button("Zoom out", "−", 1 / CLOSER), button("Whole map", "Whole map", 0)),
    place, said, hint);

  // From the map to the picture, and back.
  const scale = () => view.zoom * Math.min(width, height) / 1040;
  const across = at => width / 2 + (at - view.x) * scale(), high = at => height / 2 - (at - view.y) * scale();
  const back = (left, top) => [view.x + (left - width / 2) / scale(), view.y - (top - height / 2) / scale()];
  const seen = (i, margin = 0) =>
    Math.abs(across(x[i]) - width / 2) <= width / 2 - margin && Math.abs(high(y[i]) - height / 2) <= height / 2 - margin;
  const closest = ([a, b], most, among = every) =>
    among.map(i => [Math.hypot(x[i] - a, y[i] - b), i]).sort((one, other) => one[0] - other[0]).slice(0, most).map(([, i]) => i);

  function draw() {
    const sharp = window.devicePixelRatio || 1, pen = canvas.getContext("2d"), style = getComputedStyle(el), own = model.get("own");
    const colour = one => style.getPropertyValue(one).trim() || style.color, size = Math.min(1.5 * Math.sqrt(view.zoom), 6);
    canvas.width = Math.round(width * sharp);
    canvas.height = Math.round(height * sharp);
    pen.setTransform(sharp, 0, 0, sharp, 0, 0);
    const dots = (some, fill, radius) => {
      pen.beginPath();
      for (const i of some) {
        pen.moveTo(across(x[i]) + radius, high(y[i]));
        pen.arc(across(x[i]), high(y[i]), radius, 0, 2 * Math.PI);
      }
      pen[fill ? "fill" : "stroke"]();
    };
    const label = (a, b, text) => {
      const right = across(a) > width * 0.7;
      Object.assign(pen, {font: "600 13px system-ui, sans-serif", textAlign: right ? "right" : "left", lineWidth: 4});
      Object.assign(pen, {strokeStyle: colour("--paper"), fillStyle: colour("--ink")});
      pen.strokeText(text, across(a) + (right ? -10 : 10), high(b) - 8);
      pen.fillText(text, across(a) + (right ? -10 : 10), high(b) - 8);
    };
    Object.assign(pen, {fillStyle: colour("--soft"), globalAlpha: 0.5});
    dots(every, true, size);
    Object.assign(pen, {fillStyle: colour("--first"), globalAlpha: 1});
    dots(coloured[kind].proteins, true, size * 1.5);
    Object.assign(pen, {strokeStyle: colour("--third"), lineWidth: 1.5});
    dots(hits, false, size + 3);
    Object.assign(pen, {strokeStyle: colour("--second"), fillStyle: colour("--second"), lineWidth: 1.5});
    pen.beginPath();
    for (const i of near[at]) {
      pen.moveTo(across(x[at]), high(y[at]));
      pen.lineTo(across(x[i]), high(y[i]));
    }
    pen.stroke();
    dots(near[at], true, size * 1.5);
    Object.assign(pen, {strokeStyle: colour("--ink"), lineWidth: 2});
    dots([at], false, size + 4);
    label(x[at], y[at], genes[ids[at]] || ids[at]);
    if (own) {
      Object.assign(pen, {fillStyle: colour("--second")});
      pen.fillRect(across(own.x) - 6, high(own.y) - 6, 12, 12);
      label(own.x, own.y, own.label);
    }
    canvas.style.touchAction = view.zoom > 1 ? "none" : "pan-y";
    canvas.setAttribute("aria-label", `Map of ${count(ids.length)} proteins, enlarged ${view.zoom.toFixed(1)} times. ` +
      `In colour: ${kinds[kind]}. Marked: ${name(at)}`);
  }

  function go(i) {
    at = i;
    if (!seen(i, view.zoom > 1 ? 40 : 0)) Object.assign(view, {x: x[i], y: y[i]});
    const others = closest([x[i], y[i]], near[i].length, every.filter(one => one !== i));
    draw();
    const both = near[i].filter(one => others.includes(one)).length;
    const alike = near[i].filter(one => coloured[kind].proteins.includes(one)).length;
    said.textContent = `${told(i)}. Lines lead to the ${near[i].length} nearest by all numbers of the vectors: ${both} of them also ` +
      `among the ${near[i].length} nearest on the map, ${alike} in colour.`;
  }
  function paint(now) {
    kind = now;
    draw();
    said.textContent = `In colour: ${count(coloured[kind].proteins.length)} of ${count(ids.length)} proteins, ${kinds[kind]}.`;
  }
  function find(text) {
    const wanted = text.trim().toLowerCase();
    hits = wanted ? every.filter(i => words[i].includes(wanted)) : [];
    list.hidden = !hits.length;
    picked.replaceChildren(...hits.slice(0, HITS).map(i => h("option", {}, told(i))));
    draw();
    const more = hits.length > HITS ? `; the list has ${HITS}` : "", ringed = hits.length ? ", ringed on the map" : "";
    said.textContent = `${count(hits.length)} ${hits.length === 1 ? "protein" : "proteins"} found${ringed}${more}.`;
  }
  function zoomed(by, left = across(x[at]), top = high(y[at])) {
    const [a, b] = back(left, top);
    view.zoom = Math.min(Math.max(view.zoom * by, 1), MOST);
    const [now, then] = back(left, top);
    Object.assign(view, view.zoom === 1 ? {x: 500, y: 500} : {x: view.x + a - now, y: view.y + b - then});
    draw();
    said.textContent = `Enlarged ${view.zoom.toFixed(1)} times; ${count(every.filter(i => seen(i)).length)} proteins in view.`;
  }
  function shift(left, top) {
    Object.assign(view, {x: view.x - left / scale(), y: view.y + top / scale()});
    draw();
  }

  // Arrows go to the next protein in their direction; with Shift they move the map.
  function key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return; // the browser's
    const [right, above] = SHIFTS[event.key] || [];
    if (event.key === "+" || event.key === "-") zoomed(event.key === "+" ? CLOSER : 1 / CLOSER);
    else if (right === undefined) return;
    else if (event.shiftKey) shift(-right * width / 6, above * height / 6);
    else {
      const along = i => (x[i] - x[at]) * right + (y[i] - y[at]) * above;
      const aside = i => Math.abs((x[i] - x[at]) * above) + Math.abs((y[i] - y[at]) * right);
      const [next] = closest([x[at], y[at]], 1, every.filter(i => along(i) > 0 && aside(i) <= along(i)));
      if (next === undefined) said.textContent = `Nothing lies further in that direction than ${name(at)}.`;
      else go(next);
    }
    event.preventDefault();
  }
  const spot = event => [event.offsetX, event.offsetY];
  function pointed([left, top] = [-1e6, -1e6]) {
    const [i] = closest(back(left, top), 1), on = Math.hypot(across(x[i]) - left, high(y[i]) - top) < 12;
    hint.textContent = on ? told(i) : HINT;
    return on ? i : undefined;
  }
  function wheel(event) {
    if (!event.ctrlKey && document.activeElement !== canvas) return; // else a page that is scrolled would stop here
    event.preventDefault();
    zoomed(2 ** (-event.deltaY / 300), ...spot(event));
  }
  function down(event) {
    canvas.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, spot(event));
    dragged = pointers.size > 1 ? 9 : 0;
  }
  function over(event) {
    const before = pointers.get(event.pointerId), now = spot(event);
    if (!before) return void pointed(now);
    const [other] = [...pointers].filter(([id]) => id !== event.pointerId).map(([, where]) => where);
    const apart = where => Math.hypot(where[0] - other[0], where[1] - other[1]);
    dragged += Math.abs(now[0] - before[0]) + Math.abs(now[1] - before[1]);
    pointers.set(event.pointerId, now);
    if (other) zoomed(apart(now) / Math.max(apart(before), 1), (now[0] + other[0]) / 2, (now[1] + other[1]) / 2);
    else shift(now[0] - before[0], now[1] - before[1]);
  }
  function up(event) {
    const i = pointers.delete(event.pointerId) && event.type === "pointerup" && dragged < 6 ? pointed(spot(event)) : undefined;
    if (i !== undefined) go(i);
  }

  fitting(place, now => {
    [width, height] = [now, Math.min(now, 480)];
    draw();
  });
  pointed();
  go(at);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  const colours = {attributes: true, attributeFilter: ["data-theme", "data-jp-theme-light"]};
  for (const page of [document.documentElement, document.body]) new MutationObserver(draw).observe(page, colours);
}

export default {render};
