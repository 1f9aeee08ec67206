// What do all pages of the demo look like?

export interface Page {
  readonly title: string;
  /** HTML; texts of others are escaped by who writes it. */
  readonly body: string;
  /** Beside the name of the site, e.g. the sign-out link. */
  readonly menu?: string;
  readonly site?: string;
}

export function renderPage({ title, body, menu = '', site = 'Demo site' }: Page): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · ${site}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/style.css">
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<header><a class="name" href="/">${site}</a><nav aria-label="Site">${menu}</nav></header>
<main id="main">
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`;
}

export const styleSheet = `
:root { color-scheme: light dark; --ink: #1c2330; --soft: #55607a; --paper: #f6f7fa; --card: #fff; --line: #d8dde8; --mark: #2451c4; --on-mark: #fff; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8ebf2; --soft: #a5afc4; --paper: #12161f; --card: #1b212d; --line: #323b4d; --mark: #8fb0ff; --on-mark: #0d1526; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
header, main { max-width: 44rem; margin: 0 auto; padding: 1rem clamp(1rem, 4vw, 2rem); }
header { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; align-items: baseline; justify-content: space-between; border-bottom: 1px solid var(--line); }
.name { font-weight: 700; color: var(--ink); text-decoration: none; }
nav a { margin-left: 1rem; }
nav a:first-child { margin-left: 0; }
h1 { font-size: clamp(1.6rem, 5vw, 2.1rem); line-height: 1.2; margin: 1.2rem 0 .6rem; }
h2 { font-size: 1.15rem; margin: 0 0 .5rem; }
p { margin: .6rem 0; }
a { color: var(--mark); text-underline-offset: .15em; }
:focus-visible { outline: 3px solid var(--mark); outline-offset: 2px; border-radius: 4px; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: .5rem; background: var(--card); padding: .3rem .8rem; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1rem 1.2rem; margin: 1rem 0; }
.soft { color: var(--soft); }
button, .button { display: inline-block; font: inherit; font-weight: 600; min-height: 2.75rem; padding: .5rem 1.2rem; border: 0; border-radius: 8px; background: var(--mark); color: var(--on-mark); text-decoration: none; cursor: pointer; }
label { display: block; font-weight: 600; margin: .8rem 0 .2rem; }
input { font: inherit; width: 100%; min-height: 2.75rem; padding: .4rem .7rem; border: 1px solid var(--soft); border-radius: 8px; background: var(--paper); color: var(--ink); }
form button { margin-top: 1rem; }
.problem { border-left: 4px solid #c9372c; padding-left: .8rem; font-weight: 600; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .35rem .8rem .35rem 0; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
tr:last-child th, tr:last-child td { border-bottom: 0; }
th { font-weight: 600; white-space: nowrap; }
code, output { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .92em; overflow-wrap: anywhere; }
output { display: block; white-space: pre-wrap; margin-top: .8rem; }
ul { padding-left: 1.2rem; }
li { margin: .35rem 0; }
`;
