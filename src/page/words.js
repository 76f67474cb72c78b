// Of the start script what another language takes; English alone needs nothing of it. Addresses are relative to this
// script.

const noted = (id) => document.getElementById(id)?.content;

/// Speaks a language: gives the text of its file, which modules find in `window.words`, once what stands on the page
/// already says its lines; nothing for English, and where the file does not come. `asked`: whether the address asks for the
/// language. `named` is called when the page's names have changed.
export const speak = async (language, asked, named) => {
  if (asked) stay(language);
  const address = noted(`words-${language}`);
  if (!address) return;
  try {
    const answer = await fetch(new URL(address, import.meta.url));
    if (!answer.ok) throw new Error(answer.status);
    const text = await answer.text();
    const lines = text.split('\n');
    for (const element of document.querySelectorAll(`[data-${language}]`)) {
      const [said, title] = element.dataset[language].split(' ');
      element.textContent = lines[said];
      if (title) element.title = lines[title];
    }
    document.documentElement.lang = language;
    named();
    return text;
  } catch (error) {
    console.warn('The page stays in English:', error);
  }
};

// Links within the page stay in a language that the address asks for; in time also for those that are opened elsewhere.
const stay = (language) => {
  const turn = ({ target }) => {
    const link = target.closest?.('a[href^="?"]');
    const address = link?.getAttribute('href');
    if (address && !address.includes('lang=')) {
      link.setAttribute('href', `${address === '?' ? '?v=1' : address}&lang=${language}`);
    }
  };
  for (const type of ['pointerdown', 'focusin', 'click']) addEventListener(type, turn, true);
};
