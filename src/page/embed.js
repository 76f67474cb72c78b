/*!
 * Scorescope in your page: <script async src="…/embed.js"></script> beside any number of frames
 *
 *   <iframe src="…/?v=1&lab=density&embed=1" sandbox="allow-scripts allow-popups" loading="lazy"></iframe>
 *
 * whose addresses begin where this script lies. It does two things, both by messages:
 *
 *   frame -> page   { type: 'scorescope:height', v: 1, height }        CSS pixels; the frame becomes as high
 *   frame -> page   { type: 'scorescope:want', v: 1, name }            asks for a WebAssembly module
 *   page  -> frame  { type: 'scorescope:file', v: 1, name, bytes }     has it, from another frame; or without
 *                   bytes: wait for it; or with `yours: true`: fetch it, and
 *   frame -> page   { type: 'scorescope:have', v: 1, name, bytes }     pass it on
 *
 * so that a second figure downloads next to nothing where browsers keep no cache for sandboxed frames. Without
 * this script the frames keep the height they are given, and each loads for itself. Add the attribute
 * data-fixed to a frame that is to keep its height. It reads and changes nothing else in your page.
 */
(() => {
  const home = new URL('.', document.currentScript.src).href;
  const [LEAST, MOST] = [120, 4000];
  // Modules by name: their bytes, and the frames that wait for them.
  const files = new Map();

  const send = (frame, name, more) => frame.postMessage({ type: 'scorescope:file', v: 1, name, ...more }, '*');

  addEventListener('message', ({ data, source }) => {
    if (data?.v !== 1 || !source) return;
    const frame = [...document.querySelectorAll('iframe')].find((one) => one.contentWindow === source);
    // Frames of others may say what they like.
    if (!frame || !frame.src.startsWith(home)) return;

    if (data.type === 'scorescope:height' && Number.isFinite(data.height)) {
      if ('fixed' in frame.dataset) return;
      const style = getComputedStyle(frame);
      const edges = ['borderTopWidth', 'borderBottomWidth'].map((edge) => parseFloat(style[edge]) || 0);
      const frills = style.boxSizing === 'border-box' ? edges[0] + edges[1] : 0;
      frame.style.height = `${Math.min(Math.max(data.height, LEAST), MOST) + frills}px`;
    }
    if (typeof data.name !== 'string' || !/^[\w.-]{1,80}$/.test(data.name)) return;
    const file = files.get(data.name);
    if (data.type === 'scorescope:want') {
      if (file?.bytes) return send(source, data.name, { bytes: file.bytes });
      if (file && file.until > Date.now()) {
        file.waiting.push(source);
        return send(source, data.name);
      }
      // The first to ask, or the one that was to fetch it did not come back.
      if (files.size < 16) files.set(data.name, { waiting: file?.waiting ?? [], until: Date.now() + 20000 });
      send(source, data.name, { yours: true });
    }
    if (data.type === 'scorescope:have' && file && !file.bytes && data.bytes instanceof ArrayBuffer) {
      file.bytes = data.bytes;
      for (const other of file.waiting.splice(0)) send(other, data.name, { bytes: file.bytes });
    }
  });

  // Frames that were ready before this script was.
  for (const frame of document.querySelectorAll('iframe')) {
    if (frame.src.startsWith(home)) frame.contentWindow?.postMessage({ type: 'scorescope:hello', v: 1 }, '*');
  }
})();
