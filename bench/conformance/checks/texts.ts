import { ASTRAL } from '../invalid-bodies.ts';

/** Texts that careless code changes, each with the reason. */
export const awkwardTexts: ReadonlyMap<string, string> = new Map([
  ['quotes and backslashes', `"double" 'single' \`back\` \\ \\\\ \\" \\n \\u0041`],
  ['wildcards and placeholders', `100% _ %s %d {0} {{7*7}} \${7*7} $1 :name ? #{x}`],
  ['SQL that ends a statement', `'); DROP TABLE songs; DELETE FROM tasks; --`],
  ['SQL that is always true', `' OR '1'='1`],
  ['SQL with a null byte escaped', `\\0 %00 E'\\x00'`],
  ['HTML', `<script>alert("1")</script> &amp; &lt; <!-- -->`],
  ['spaces at both ends and inside', '  a  b  '],
  ['line breaks and tabs', 'a\nb\r\nc\td'],
  ['control characters', '\u0001\u001f\u007f\u0085'],
  ['characters beyond the first plane', `${ASTRAL}\u{1f469}\u200d\u{1f3a4}\u{20000}`],
  ['combining characters, decomposed', 'Beyonce\u0301 A\u030a q\u0307\u0323'],
  ['combining characters, composed', 'Beyonc\u00e9 \u00c5 q\u0323\u0307'],
  ['text from right to left', '\u202eשלום\u202c مرحبا'],
  ['separators that are not ASCII', 'a\u2028b\u2029c\u00a0d\u3000e\ufefff'],
  ['text that looks like another type', 'null true 007 1e3 NaN [] {}'],
]);
