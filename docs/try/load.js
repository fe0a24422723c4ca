// The parts of the model, loaded once: from disk as scripts, from a server into the browser's cache.
const FOLDER = new URL(".", document.currentScript.src).href, KEPT = "try-" + PARTS_DIGEST;
const awaited = new Map();

// What a part's file calls.
function tryPart(name, text) {
  awaited.get(name)(text);
}

function fromScript(part) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    awaited.set(part.name, text => { script.remove(); resolve(text); });
    script.onerror = () => reject(new Error(`${part.name}.js could not be loaded; is the site's folder complete?`));
    script.src = `${FOLDER}${part.name}.js`;
    document.head.append(script);
  });
}

async function fromCache(part) {
  const cache = await caches.open(KEPT), address = `${FOLDER}${part.name}.js`;
  let found = await cache.match(address);
  if (!found) {
    const fetched = await fetch(address);
    if (!fetched.ok) throw new Error(`${part.name}.js: ${fetched.status}`);
    await cache.put(address, fetched);
    found = await cache.match(address);
  }
  const text = new TextDecoder(part.wide ? "utf-16le" : "utf-8").decode(await found.arrayBuffer());
  const begin = text.indexOf(", ") + 2, written = text.slice(begin, text.lastIndexOf(")"));
  return part.wide ? written.slice(1, -1) : JSON.parse(written);
}

async function textOf(part) {
  if (!/^https?:/.test(location.protocol) || !self.caches) return fromScript(part);
  try {
    return await fromCache(part);
  } catch {
    return fromScript(part);  // the cache is full, or refused
  }
}

// Whether a graphics card can compute here: there is one, and a program can wait for it. `real`: it is none in software.
async function graphics() {
  if (!self.navigator.gpu || !("Suspending" in WebAssembly)) return {able: false, real: false};
  const adapter = await navigator.gpu.requestAdapter().catch(() => null);
  return {able: !!adapter, real: !!adapter && !(adapter.info?.isFallbackAdapter ?? adapter.isFallbackAdapter)};
}

// A worker with all it takes to compute on one of these; `told` hears the share that is loaded.
async function startWorker(on, told, heard) {
  const [code, ...others] = PARTS.filter(part => !part.on || part.on === on);
  const all = others.reduce((sum, part) => sum + part.size, code.size);
  let loaded = code.size;
  const address = URL.createObjectURL(new Blob([await textOf(code)], {type: "text/javascript"}));
  const worker = new Worker(address), waiting = new Map();
  const opened = new Promise((resolve, reject) => {
    worker.onerror = event => reject(new Error(event.message || "the model could not be started"));
    worker.onmessage = ({data}) => {
      if (data.kind === "open") resolve(data);
      else if (data.kind === "part") waiting.get(data.name)();
      else if (data.kind === "trouble" && !data.job) reject(new Error(data.text));
      else heard(data);
    };
  });
  const sent = (async () => {
    for (const part of others) {
      const text = await textOf(part);
      const taken = new Promise(resolve => { waiting.set(part.name, resolve); });
      worker.postMessage({kind: "part", part, text});
      await taken;  // two copies of a part at most
      loaded += part.size;
      told(loaded / all);
    }
    worker.postMessage({kind: "open", on});
  })();
  try {
    await Promise.race([opened, sent]);
    return {worker, on, facts: await opened};
  } catch (error) {
    worker.terminate();
    throw error;
  } finally {
    URL.revokeObjectURL(address);
  }
}

if (self.caches) {
  caches.keys().then(names => names.filter(name => name.startsWith("try-") && name !== KEPT).forEach(name => caches.delete(name)))
    .catch(() => {});
}
