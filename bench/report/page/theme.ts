const KEY = 'setlist-report-theme';

/** Light or dark like the system, until the reader presses the button; the choice is stored. */
export function keepTheme(): void {
  const button = document.getElementById('theme');
  if (!button) return;
  const system = matchMedia('(prefers-color-scheme: dark)');
  let chosen = recall();
  const show = () => {
    const isDark = chosen ? chosen === 'dark' : system.matches;
    if (chosen) document.documentElement.dataset.theme = chosen;
    button.setAttribute('aria-pressed', String(isDark));
  };
  button.addEventListener('click', () => {
    chosen = button.getAttribute('aria-pressed') === 'true' ? 'light' : 'dark';
    remember(chosen);
    show();
  });
  system.addEventListener('change', show);
  button.hidden = false;
  show();
}

// A page that is opened from a file may have no storage: the choice is then not stored.
function recall(): string | undefined {
  try {
    const value = localStorage.getItem(KEY);
    return value === 'dark' || value === 'light' ? value : undefined;
  } catch {
    return undefined;
  }
}

function remember(value: string): void {
  try {
    localStorage.setItem(KEY, value);
  } catch {}
}
