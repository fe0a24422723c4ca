// Turn phi and psi, and see what becomes of a chain. Data: "pairs", phi and psi by name; "observed", [letter, phi, psi] of residues
// measured; "near", degrees; "residues", how many to build; "bonds" (angstrom) and "bends" (degrees) of their backbone; "hydrogen",
// what makes a hydrogen bond: "least" and "most" angstrom from hydrogen to oxygen, and "open", the least angle at the hydrogen.
const WIDE = 400, HIGH = 124, SCALE = 8.2, MAP = 264, EDGE = 38;
const radians = angle => angle * Math.PI / 180, degrees = value => `${value}°`.replace("-", "−");
const plus = (a, b, times = 1) => a.map((x, i) => x + times * b[i]), minus = (a, b) => plus(a, b, -1);
const dot = (a, b) => a.reduce((sum, x, i) => sum + x * b[i], 0), size = a => Math.sqrt(dot(a, a)), unit = a => a.map(x => x / size(a));
const cross = ([a, b, c], [d, e, f]) => [b * f - c * e, c * d - a * f, a * e - b * d];
const apart = (turn, other) => Math.abs((turn - other + 540) % 360 - 180);

// The atom after a, b and c: so far from c, its bond bent by `bend` from that of c to b, and turned by `turn` about that of b to c.
function next(a, b, c, length, bend, turn) {
  const along = unit(minus(c, b)), normal = unit(cross(minus(b, a), along)), side = cross(normal, along);
  const across = Math.sin(radians(bend)), place = plus(c, along, -length * Math.cos(radians(bend)));
  return plus(plus(place, side, length * across * Math.cos(radians(turn))), normal, length * across * Math.sin(radians(turn)));
}

// The backbone, residue by residue. Oxygen and hydrogen are placed by the residue behind and the one before, so one end lacks each.
function build(phi, psi, {residues, bonds, bends}) {
  const bend = radians(bends["N-CA-C"]), CA = [bonds["N-CA"], 0, 0];
  const chain = [{N: [0, 0, 0], CA, C: plus(CA, [-Math.cos(bend), Math.sin(bend), 0], bonds["CA-C"])}];
  while (chain.length < residues) {
    const last = chain.at(-1);
    const N = next(last.N, last.CA, last.C, bonds["C-N"], bends["CA-C-N"], psi);
    const CA = next(last.CA, last.C, N, bonds["N-CA"], bends["C-N-CA"], 180);
    last.O = next(N, last.CA, last.C, bonds["C-O"], bends["CA-C-O"], 180);
    const H = plus(N, unit(plus(unit(minus(N, last.C)), unit(minus(N, CA)))), bonds["N-H"]);
    chain.push({N, CA, C: next(last.C, N, CA, bonds["CA-C"], bends["N-CA-C"], phi), H});
  }
  return chain;
}

// The axis: at every alpha carbon the chain bends towards it. Where all bends lie in one plane it runs along every other carbon.
function measure(chain, {least, most, open}) {
  const points = chain.map(residue => residue.CA), ends = minus(points.at(-1), points[0]);
  const bends = points.slice(2).map((point, i) => plus(plus(point, points[i + 1], -2), points[i]));
  const turns = bends.slice(1).map((bend, i) => cross(bends[i], bend)), sum = turns.reduce((a, b) => plus(a, b));
  const axis = unit(size(sum) > 1e-6 ? sum : minus(points[2], points[0])), along = dot(ends, axis);
  const twist = Math.acos(Math.max(-1, Math.min(1, dot(unit(bends[0]), unit(bends[1])))));
  const paired = chain.flatMap(({N, H}, i) => chain.map(({O}, j) => ({N, H, O, over: Math.abs(i - j)}))).filter(({N, H, O, over}) => {
    if (!H || !O || over < 2) return false;
    const to = minus(O, H), length = size(to);
    return length > least && length < most && dot(unit(to), unit(minus(N, H))) < Math.cos(radians(open));
  });
  const rise = Math.abs(along) / (points.length - 1), turn = 2 * Math.PI / twist;
  return {axis: along < 0 ? axis.map(x => -x) : axis, rise, turn, ends: size(ends), paired};
}

// The chain with its axis from left to right, then turned about the upright; what is nearer is thicker and stronger in colour.
function drawn(chain, {axis, paired}, turned) {
  const points = chain.map(residue => residue.CA), middle = points.reduce((a, b) => plus(a, b)).map(x => x / points.length);
  const from = minus(points[0], middle), up = unit(plus(from, axis, -dot(from, axis))), out = cross(axis, up);
  const [cos, sin] = [Math.cos(radians(turned)), Math.sin(radians(turned))];
  const seen = atom => {
    const [x, y, z] = [axis, up, out].map(direction => SCALE * dot(minus(atom, middle), direction));
    return [WIDE / 2 + cos * x + sin * z, (HIGH - 14) / 2 - y, cos * z - sin * x];
  };
  const thread = chain.flatMap(({N, CA, C}) => [N, CA, C]).map(seen), lines = [];
  const line = ([x1, y1, z1], [x2, y2, z2], attributes) => lines.push([(z1 + z2) / 2, s("line", {x1, y1, x2, y2, ...attributes})]);
  const dashes = {class: "bond", stroke: "var(--third)", "stroke-width": 1.5, "stroke-dasharray": "3 2"};
  paired.forEach(({N, O}) => line(seen(N), seen(O), dashes));
  chain.forEach(({C, O}) => O && line(seen(C), seen(O), {stroke: "var(--soft)", "stroke-width": 1.5}));
  const depths = thread.map(place => place[2]), far = Math.min(...depths), deep = Math.max(...depths) - far || 1;
  thread.slice(1).forEach((place, i) => {
    const near = ((place[2] + thread[i][2]) / 2 - far) / deep, share = Math.round(100 * i / (thread.length - 2));
    const along = `color-mix(in srgb, var(--second) ${share}%, var(--first))`, strong = Math.round(45 + 55 * near);
    const stroke = `color-mix(in srgb, ${along} ${strong}%, var(--paper))`;
    line(thread[i], place, {class: "thread", stroke, "stroke-width": 2.5 + 3.5 * near, "stroke-linecap": "round"});
  });
  const middled = {"text-anchor": "middle", "dominant-baseline": "central", "font-weight": "bold"};
  const named = [["N", thread[0]], ["C", thread.at(-1)]].map(([name, [x, y]]) =>
    s("text", {x: x + (x < WIDE / 2 ? -11 : 11), y, ...middled}, name));
  const ruler = [
    s("path", {d: `M12 ${HIGH - 6}h${10 * SCALE}`, stroke: "var(--ink)", "stroke-width": 2}), s("text", {x: 12, y: HIGH - 12}, "10 Å")];
  return [...lines.sort((a, b) => a[0] - b[0]).map(pair => pair[1]), ...named, ...ruler];
}

// The map of phi and psi, with the measured residues and a ring where the chain is.
function map(phi, psi, observed) {
  const at = value => EDGE + (value + 180) / 360 * (MAP - EDGE - 10), x = at, y = value => MAP - at(value);
  const word = (text, place) => s("text", {"text-anchor": "middle", "dominant-baseline": "central", ...place}, text);
  const ticks = [-180, -90, 0, 90, 180].flatMap(value => [
    s("path", {d: `M${x(value)} ${y(-180)}V${y(180)}M${x(-180)} ${y(value)}H${x(180)}`, stroke: "var(--line)"}),
    word(Math.abs(value) < 180 ? degrees(value) : "", {x: x(value), y: MAP - EDGE + 12}),
    word(Math.abs(value) < 180 ? degrees(value) : "", {x: 17, y: y(value)})]);
  const dots = observed.map(([letter, first, second]) => s("circle", {
    class: "seen", cx: x(first), cy: y(second), r: 3.2, stroke: "var(--second)", "stroke-width": 1.5,
    fill: letter === "G" ? "var(--paper)" : "var(--second)"}));
  const ring = s("circle", {class: "here", cx: x(phi), cy: y(psi), r: 8, fill: "none", stroke: "var(--first)", "stroke-width": 3});
  return [...ticks, word("phi", {x: x(180) - 14, y: MAP - EDGE + 12}), word("psi", {x: 17, y: y(180) + 8}), ...dots, ring];
}

function render({model, el}) {
  const data = model.get("data"), {pairs, observed, near, hydrogen} = data;
  let [phi, psi] = Object.values(pairs)[0], turned = 20;
  const angle = {min: -180, max: 180, words: degrees};
  const first = slider("phi", {...angle, value: phi}, value => { phi = value; draw(); });
  const second = slider("psi", {...angle, value: psi}, value => { psi = value; draw(); });
  const view = slider("Turned by", {...angle, value: turned, step: 5}, value => { turned = value; draw(); });
  const buttons = Object.entries(pairs).map(([name, pair]) => h("button", {type: "button", onclick: () => {
    first.set(pair[0]);
    second.set(pair[1]);
  }}, name));
  const chainPicture = s("svg", {viewBox: `0 0 ${WIDE} ${HIGH}`, width: WIDE, height: HIGH, role: "img"});
  const mapPicture = s("svg", {viewBox: `0 0 ${MAP} ${MAP}`, width: MAP, height: MAP, role: "img", onclick: event => {
    const box = mapPicture.getBoundingClientRect(), from = (pixels, whole) => (pixels / whole * MAP - EDGE) / (MAP - EDGE - 10) * 360 - 180;
    const within = value => Math.max(-180, Math.min(180, Math.round(value)));
    first.set(within(from(event.clientX - box.left, box.width)));
    second.set(within(from(box.bottom - event.clientY, box.height)));
  }});
  const said = spoken(), sliders = [first, second, view].map(control => control.row);
  const left = h("div", {style: "flex: 1 1 18rem"}, h("div", {class: "row"}, buttons), ...sliders, chainPicture);
  el.append(h("div", {class: "row"}, left, mapPicture), said);

  function draw() {
    const chain = build(phi, psi, data), found = measure(chain, hydrogen), here = `phi ${degrees(phi)}, psi ${degrees(psi)}`;
    const close = observed.filter(pair => apart(pair[1], phi) < near && apart(pair[2], psi) < near).length;
    Object.values(pairs).forEach((pair, i) => buttons[i].setAttribute("aria-pressed", pair[0] === phi && pair[1] === psi));
    chainPicture.replaceChildren(...drawn(chain, found, turned));
    const long = `${found.ends.toFixed(1)} Å`, over = [...new Set(found.paired.map(pair => pair.over))];
    const bonds = `${found.paired.length || "no"} hydrogen bonds${over.length ? `, each over ${over.join(" or ")} residues` : ""}`;
    chainPicture.setAttribute("aria-label", `Backbone of ${chain.length} residues at ${here}: ${long} long, turned by ${degrees(turned)}`);
    mapPicture.replaceChildren(...map(phi, psi, observed));
    mapPicture.setAttribute("aria-label", `Map of phi and psi: ${observed.length} dots, glycines open, and a ring at ${here}`);
    said.textContent = `${here}: ${found.rise.toFixed(2)} Å along the axis with each residue, ${found.turn.toFixed(1)} residues a turn; ` +
      `${long} from the first alpha carbon of ${chain.length} to the last, ${bonds}. ` +
      `${close} of ${observed.length} measured residues lie within ${degrees(near)} of both angles.`;
  }
  draw();
}

export default {render};
