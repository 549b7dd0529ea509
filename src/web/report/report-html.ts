import { createHash } from 'node:crypto';

export interface ReportParts {
  /** What is shown: anything that JSON can hold. */
  readonly data: unknown;
  /** The built script and styles of the report. */
  readonly script: string;
  readonly style: string;
  /** Of what is in the script. */
  readonly licences: string;
}

/**
 * One file that opens anywhere and asks nobody for anything: a policy lets its own script and styles in, by their hashes,
 * and nothing else. The data is text in which no tag can begin or end.
 */
export function reportHtml({ data, script, style, licences }: ReportParts): string {
  refuseTag(script, 'script');
  refuseTag(style, 'style');
  const policy = [
    `default-src 'none'`,
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    `img-src data:`,
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>bp-agents report</title>
<link rel="icon" href="data:,">
<!--
${licences.replaceAll('--', '- -')}
-->
<style>${style}</style>
</head>
<body>
<div id="app"></div>
<noscript>This report is drawn by a script within it, which is not allowed to run here.</noscript>
<script type="application/json" id="data">${tame(JSON.stringify(data))}</script>
<script>${script}</script>
</body>
</html>
`;
}

/** JSON in which nothing can be taken for a tag, a comment or the end of a line. */
function tame(json: string): string {
  return json.replaceAll(/[<>&\u2028\u2029]/g, (it) => `\\u${it.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

/** What was built is ours: if it could end its own element, the build is wrong. */
function refuseTag(text: string, tag: string): void {
  if (new RegExp(`</${tag}|<!--`, 'i').test(text)) throw new Error(`the built ${tag} of the report would end too soon`);
}
