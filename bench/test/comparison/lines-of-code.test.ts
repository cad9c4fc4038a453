import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t, { type Test } from 'tap';
import { countLines } from '../../comparison/lines-of-code.ts';

/** Writes files to a new folder. */
function folderWith(t: Test, files: Record<string, string>): string {
  const folder = t.testdir();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

t.test('neither blank lines nor comments count, in any language of the peers', async (t) => {
  const folder = folderWith(t, {
    'a.ts': "/** Doc. */\nconst url = 'http://x'; // why\n\n/* more\n   of it */\nexport { url };\n",
    'a.js': '// nothing\n\nlet a;\n',
    'a.py':
      '"""Of the module."""\nimport x  # why\n\n\ndef f():\n    """Of the function."""\n    return "#"\n',
    'a.go': '// Package a.\npackage a\n\nvar s = "http://x" // why\n/* no\n   code */\nfunc f() {}\n',
    'a.rs': '//! Doc.\n\n/* no code */\nfn main() { let s = "// code"; }\n/// Doc.\nfn f() {}\n',
    'A.java': '/** Doc\n * more\n */\nclass A {\n  String s = "//"; // why\n}\n',
    'a.sql': '-- Why.\nSELECT 1;\n',
  });
  const { total, files } = await countLines(folder, ['*'], t.testdirName);
  t.same(files, { 'A.java': 3, 'a.go': 3, 'a.js': 1, 'a.py': 3, 'a.rs': 2, 'a.sql': 1, 'a.ts': 2 });
  t.equal(total, 15);
});

t.test('a file counts once, equal files count each, and empty files count zero', async (t) => {
  const folder = folderWith(t, { 'src/a.py': 'a = 1\n', 'src/b.py': 'a = 1\n', 'src/__init__.py': '' });
  t.same(await countLines(folder, ['src/*.py', '**/a.py'], t.testdirName), {
    total: 2,
    files: { 'src/__init__.py': 0, 'src/a.py': 1, 'src/b.py': 1 },
  });
});

t.test('installed and built files are skipped', async (t) => {
  const folder = folderWith(t, {
    'main.js': 'a();\n',
    'node_modules/x/index.js': 'b();\n',
    'target/y.js': 'c();\n',
    'dist/z.js': 'd();\n',
  });
  t.same((await countLines(folder, ['**/*.js'], t.testdirName)).files, { 'main.js': 1 });
});

t.test('a glob without files and an unknown language are errors', async (t) => {
  const folder = folderWith(t, { 'a.unheard-of': 'a\n' });
  await t.rejects(countLines(folder, ['src/**/*.ts'], t.testdirName), /No file matches src/);
  await t.rejects(countLines(folder, ['*'], t.testdirName), /does not support the language of a\.unheard-of/);
});
