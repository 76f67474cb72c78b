// The service worker: once opened, the page opens without a network. `cargo xtask build` puts two lines before
// this text: `VERSION`, which changes with any file of the page, and `FIRST`, what every page of it needs.
//
// The start page of a version and what it needs are put into one cache when the version is installed; modules when
// they are used, or when a page says that it has used them. The start page comes from the network where there is
// one, so a new version is seen at once; the names of all other files tell their content, so whichever page asks
// gets what it was built with. The version before is kept too, for tabs that are still open.

const NAME = 'scorescope-';
const HASHED = /-[0-9a-f]{8,}(_bg)?\.\w+$/;
// Milliseconds to wait for a network that answers slowly.
const PATIENCE = 4000;

addEventListener('install', (event) => {
  const fill = async () => {
    const cache = await caches.open(NAME + VERSION);
    // The start page must be the one of this version, not one that the browser still has.
    await cache.addAll(FIRST.map((file) => new Request(file, { cache: HASHED.test(file) ? 'default' : 'reload' })));
    await skipWaiting();
  };
  event.waitUntil(fill());
});

addEventListener('activate', (event) => {
  const tidy = async () => {
    const ours = (await caches.keys()).filter((name) => name.startsWith(NAME));
    await Promise.all(ours.slice(0, -2).map((name) => caches.delete(name)));
    await clients.claim();
  };
  event.waitUntil(tidy());
});

const home = new URL('./', location.href);

const page = async (request) => {
  const late = new Promise((_, fail) => setTimeout(fail, PATIENCE));
  try {
    return await Promise.race([fetch(request), late]);
  } catch {
    const { pathname, search, hash } = new URL(request.url);
    const lab = pathname.slice(home.pathname.length).replace(/\/(index\.html)?$/, '');
    // Entry pages are the start page under another address.
    if (lab && lab !== 'index.html') return Response.redirect(`${home}?v=1&lab=${lab}${search.replace('?', '&')}${hash}`);
    const kept = await caches.open(NAME + VERSION);
    return (await kept.match('./')) ?? Response.error();
  }
};

// A file by its address, which tells its content: from here, from the version before, or from the network.
const file = async (address) => {
  const own = await caches.open(NAME + VERSION);
  const kept = await own.match(address, { ignoreVary: true });
  if (kept) return kept;
  const answer = (await caches.match(address, { ignoreVary: true })) ?? (await fetch(address));
  // No room is no reason to fail.
  if (answer.ok) own.put(address, answer.clone()).catch(() => {});
  return answer;
};

addEventListener('message', (event) => {
  if (!Array.isArray(event.data)) return;
  const ours = event.data.filter((name) => typeof name === 'string' && name.startsWith(home.href) && HASHED.test(name));
  event.waitUntil(Promise.allSettled(ours.map(file)));
});

addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || !url.href.startsWith(home.href)) return;
  if (request.mode === 'navigate') {
    // Other documents that lie here are none of its business.
    if (/\.(?!html$)\w+$/.test(url.pathname) || url.pathname.endsWith('embed-demo.html')) return;
    event.respondWith(page(request));
  } else if (HASHED.test(url.pathname)) {
    event.respondWith(file(url.href));
  }
});
