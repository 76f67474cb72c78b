// The start script of the page. `cargo xtask build` puts a line before it that says where the first lab's
// script and module are, `window.own = [script, module];`, and moves both into a file.
//
// Which module is wanted depends on the address, so it is asked for here, and its script at the same time.
// Addresses are relative to this script, not to the page: entry pages in folders load the same one.

const app = document.getElementById('app');
const noted = (id) => document.getElementById(id)?.content;
const at = (address) => new URL(address, import.meta.url);
const framed = parent !== window;

// The entry page of a lab is the page itself; from here on it has the address of the lab's link.
const entry = noted('lab');
if (entry) {
  const rest = new URLSearchParams(location.search);
  ['v', 'lab'].forEach((key) => rest.delete(key));
  const more = String(rest) && '&' + rest;
  history.replaceState(null, '', `../?v=1&lab=${entry}${more}${location.hash}`);
  // What the browser fetches in its own time it seeks from there.
  const icon = document.querySelector('link[rel=icon]');
  icon.href = icon.getAttribute('href').replace('../', './');
}
const query = new URLSearchParams(location.search);

// Once here, the page opens without a network: the service worker keeps what has been used, also before it was
// there. Where it may keep nothing it does not.
const keep = async () => {
  const worker = navigator.serviceWorker;
  const used = async () => {
    const { active } = await worker.ready;
    active.postMessage(performance.getEntriesByType('resource').map((entry) => entry.name));
  };
  try {
    await worker.register(at('./sw.js'));
    worker.addEventListener('controllerchange', used);
    await used();
  } catch {}
};
if (!framed && navigator.serviceWorker) document.readyState === 'complete' ? keep() : addEventListener('load', keep);

// In a page of somebody else's: the height is announced, and off screen nothing runs.
const tell = (type, more, pass) => parent.postMessage({ type, v: 1, ...more }, '*', pass);
const announce = () => {
  const height = Math.ceil(app.getBoundingClientRect().height);
  tell('scorescope:height', { height });
  // The form that AMP pages understand.
  parent.postMessage({ sentinel: 'amp', type: 'embed-size', height }, '*');
};
let onScreen;
if (framed) {
  app.toggleAttribute('data-embed', query.get('embed') === '1');
  onScreen = new Promise((done) => {
    new IntersectionObserver((seen) => {
      const away = !seen.at(-1).isIntersecting;
      app.toggleAttribute('data-away', away);
      if (!away) done();
    }).observe(app);
  });
  new ResizeObserver(announce).observe(app);
}

// Some browsers keep no cache for a frame without an origin, and each figure of a page would download the
// modules anew: embed.js passes them from one to the next. Only a frame without an origin takes them from
// there: what runs in it can do no more than the page around it could do anyway.
const asked = new Map();
const handed = (name) =>
  new Promise((done) => {
    let timer = setTimeout(done, 100);
    asked.set(name, ({ bytes, yours }) => {
      clearTimeout(timer);
      if (bytes instanceof ArrayBuffer || yours) done(bytes ?? yours);
      // Another frame is fetching it.
      else timer = setTimeout(done, 20000);
    });
    tell('scorescope:want', { name });
  });
addEventListener('message', ({ source, data }) => {
  if (!framed || source !== parent || data?.v !== 1) return;
  if (data.type === 'scorescope:file') asked.get(data.name)?.(data);
  // embed.js came after the first announcement.
  if (data.type === 'scorescope:hello') announce();
});
const get = async (address) => {
  const url = at(address);
  if (!framed || self.origin !== 'null') return fetch(url);
  const name = url.pathname.split('/').pop();
  const found = await handed(name);
  if (found instanceof ArrayBuffer) return new Response(found, { headers: { 'Content-Type': 'application/wasm' } });
  const answer = await fetch(url);
  if (found && answer.ok) {
    const copy = answer.clone().arrayBuffer();
    copy.then((bytes) => tell('scorescope:have', { name, bytes }, [bytes]), () => {});
  }
  return answer;
};

// The first message to a worker: its second part is the address of a module, which is compiled once for all of
// them. Where that fails the worker gets the address, tries for itself and says what is wrong.
const compiled = {};
window.enlist = async (worker, message) => {
  const address = message[1];
  try {
    message[1] = await (compiled[address] ??= WebAssembly.compileStreaming(get(address)));
  } catch {
    delete compiled[address];
  }
  worker.postMessage(message);
};

// The language that the address asks for, or the first that the browser prefers; English needs nothing.
const languages = [query.get('lang'), ...navigator.languages.map((name) => name.split('-')[0])];
const language = languages.find((name) => name === 'en' || name === 'ja');
const words =
  language === 'ja' || query.has('lang')
    ? import(at(noted('words'))).then(({ speak }) => speak(language, query.get('lang') === language, () => name()))
    : undefined;
const failed = () => document.getElementById('failed').textContent;

// The style of what only the labs' module shows; without it everything works, and looks plain.
let dressed;
const dress = () =>
  (dressed ??= new Promise((done) => {
    const sheet = document.createElement('link');
    Object.assign(sheet, { rel: 'stylesheet', href: at(noted('labs-style')), onload: done, onerror: done });
    document.head.append(sheet);
  }));

// What the first lab's module leaves to that of the other labs: the insides of menus.
window.more = async (what, place, ...rest) => {
  try {
    dress();
    const labs = await import(at(noted('labs-script')));
    await labs.default({ module_or_path: get(noted('labs-module')) });
    await dressed;
    labs[what](place, ...rest);
  } catch {
    place.append(failed());
  }
};

// The labs that there are stand in the page's navigation; all but the first are in one module, and so is the
// first one for targets of the visitor's own making, whether the address holds them or its fragment asks for one,
// on its tour, and in other languages: the first lab's own module speaks English.
const [first, ...links] = document.querySelectorAll('nav a');
const link = links.find((a) => a.search.endsWith('lab=' + (query.get('lab') ?? '')));
const own = /^(custom|points|digits)$/;
const isOwn = query.has('tour') || query.has('mix') || query.has('pts') || own.test(query.get('target')) || own.test(location.hash.slice(1));
const name = () => {
  if (link) document.querySelector('h1').textContent = link.title;
};
if (link) {
  first.ariaCurrent = null;
  link.ariaCurrent = 'page';
}
name();
const isLabs = link || isOwn || language === 'ja';
const [script, module] = isLabs ? [noted('labs-script'), noted('labs-module')] : window.own;
try {
  const bytes = get(module);
  if (isLabs) dress();
  const start = (await import(at(script))).default;
  window.words = await words;
  await dressed;
  await onScreen;
  await start({ module_or_path: bytes });
} catch (error) {
  console.error(error);
  // The text about the formula stays; of what was to come, why it does not.
  const place = app.querySelector('.loading p:nth-of-type(2)');
  if (place) place.textContent = `${failed()} (${error.message})`;
}
