const KEY = 'setlist-report-theme';

/** Light or dark as the system has it, until the reader presses the button; what was chosen is remembered. */
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

// A page opened from a file may have no storage: then nothing is remembered.
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
