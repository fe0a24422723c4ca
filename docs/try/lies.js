// "Where it lies": chapter 5's map of human proteins with one of the reader's on it. Its file is loaded once it is asked for.
const mapper = new Asker("map");
let mapLoaded = null;

// A protein to choose from; null: none any more.
function offer(id) {
  if (id !== null) $("map-protein").append(h("option", {}, id));
  else {
    for (const part of ["protein", "picture"]) $(`map-${part}`).replaceChildren();
    mapper.say("");
  }
}

function theMap() {
  mapLoaded ??= new Promise((resolve, reject) => {
    const script = h("script", {src: `${FOLDER}map.js`});
    script.onload = () => resolve(tryMap);
    script.onerror = () => reject(new Error("map.js could not be loaded; is the site's folder complete?"));
    document.head.append(script);
  }).catch(error => { mapLoaded = null; throw error; });
  return mapLoaded;
}

async function locate() {
  const chosen = $("map-protein").selectedIndex, {sequence, id} = asked[chosen], {embedding} = answers[chosen];
  mapper.trouble([]);
  mapper.say("Loading the map …");
  mapper.busy(true);
  try {
    const {ids, x, y} = (await theMap()).data;
    await mapper.ask(() => ({kind: "lies", embedding, sequence, ids, x, y}), found => lay(id, ids[found.nearest], found));
  } catch (error) {
    mapper.trouble([error.message]);
    mapper.say("");
    mapper.busy(false);
  }
}

function lay(id, entry, found) {
  const {data, render} = tryMap, el = h("div", {class: "dlfb-play"});
  const start = {...data, start: entry}, own = {x: found.x, y: found.y, label: id};
  $("map-picture").replaceChildren(el);
  render({model: {get: name => (name === "own" ? own : start)}, el});
  const name = data.genes[entry] ? `${data.genes[entry]} (${entry})` : entry;
  mapper.say(found.same ? `${id} is on the map itself, as ${name}: the square stands there.`
    : `${id}: of the proteins on the map ${name} is nearest by embedding, cosine ${found.cosine.toFixed(2)}. The square stands at the ` +
      `weighted mean place of ${found.voters}; their weighted mean distance from it is ${Math.round(found.apart / 10)} % of the map's width.`);
}

if (able) $("map-run").addEventListener("click", locate);
