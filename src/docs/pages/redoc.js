// Starts ReDoc with the preferred colour scheme, which ReDoc only reads at its start.
const dark = matchMedia('(prefers-color-scheme: dark)');
dark.addEventListener('change', () => location.reload());

const fonts = {
  text: 'system-ui, sans-serif',
  code: 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace',
};

const typography = {
  fontFamily: fonts.text,
  headings: { fontFamily: fonts.text, fontWeight: '600' },
  code: { fontFamily: fonts.code },
};

const inLight = {
  colors: {
    primary: { main: '#3b3a8f' },
    text: { secondary: '#5c5c66' },
    responses: {
      success: { tabTextColor: '#6ee7a8' },
      error: { tabTextColor: '#ffa8a4' },
      redirect: { color: '#7a5200', tabTextColor: '#fcd34d' },
    },
  },
  typography: { ...typography, code: { ...typography.code, color: '#a3201d' } },
};

const inDark = {
  colors: {
    primary: { main: '#a5b4fc', light: '#2b2e3b' },
    success: { main: '#6ee7a8' },
    warning: { main: '#fcd34d' },
    error: { main: '#fda4a4' },
    gray: { 50: '#1f222b', 100: '#2b2e3b' },
    border: { dark: '#3a3e4c', light: '#2b2e3b' },
    text: { primary: '#e6e7ee', secondary: '#a9adbd' },
    responses: {
      success: { color: '#6ee7a8', backgroundColor: '#14291f', tabTextColor: '#6ee7a8' },
      error: { color: '#fda4a4', backgroundColor: '#331b1f', tabTextColor: '#fda4a4' },
      redirect: { color: '#fcd34d', backgroundColor: '#2e2817', tabTextColor: '#fcd34d' },
      info: { color: '#93c5fd', backgroundColor: '#18263a', tabTextColor: '#93c5fd' },
    },
  },
  schema: {
    nestedBackground: '#1b1e26',
    linesColor: '#5b6078',
    typeNameColor: '#c4c7d4',
    typeTitleColor: '#a9adbd',
    requireLabelColor: '#fda4a4',
    arrow: { color: '#a9adbd' },
  },
  typography: {
    ...typography,
    code: { ...typography.code, color: '#fda4a4', backgroundColor: '#262a35' },
    links: { color: '#a5b4fc', visited: '#a5b4fc', hover: '#c7d2fe' },
  },
  sidebar: { backgroundColor: '#1b1e26', textColor: '#e6e7ee', activeTextColor: '#a5b4fc' },
  rightPanel: { backgroundColor: '#0e1015', textColor: '#e6e7ee' },
  codeBlock: { backgroundColor: '#1b1e26' },
  fab: { backgroundColor: '#2b2e3b', color: '#a5b4fc' },
};

Redoc.init(
  '/openapi.json',
  {
    expandResponses: '200,201,204',
    jsonSamplesExpandLevel: 'all',
    // The patterns mainly exclude NUL, which does not help readers.
    hideSchemaPattern: true,
    requiredPropsFirst: true,
    theme: dark.matches ? inDark : inLight,
  },
  document.getElementById('redoc'),
);
